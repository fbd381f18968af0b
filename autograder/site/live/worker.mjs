// Pyodide in a worker: the course's own Python computes pictures with what the reader typed.

const ABOUT = `
import json, sys
sys.path.insert(0, "/course")
from autograder.site.functions import Part
parts = {}

def define(key, component, names, hidden, typed):
    if key not in parts:  # a training that has begun keeps the functions of its part
        parts[key] = Part(component, json.loads(names), hidden)
    return parts[key].define(typed)

def picture(key, state):
    header, buffers = parts[key].picture(json.loads(state))
    return json.dumps(header), b"".join(bytes(b) for b in buffers), parts[key].trace

def checked(key, name):
    return parts[key].checked(name)

def advance(key, state):
    return parts[key].advance(json.loads(state))
`;

const PATIENCE = 2500; // milliseconds after a question in which its part works on: a hidden page asks once a second

let python;
let work = 0;
let bytes = 0;
let told = 0;

// Every byte that arrives is counted, whoever asks for it.
const plain = self.fetch.bind(self);
self.fetch = async (...request) => {
  const response = await plain(...request);
  if (!response.ok || !response.body) return response;
  const counted = response.body.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (performance.now() - told > 200) {
        told = performance.now();
        postMessage({ bytes });
      }
      controller.enqueue(chunk);
    },
  }));
  return new Response(counted, response);
};

const buffer = async (address) => {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
};

const DO = {
  async start({ pyodide, course }) {
    const archive = buffer(course);
    const { loadPyodide } = await import(`${pyodide}pyodide.mjs`);
    python = await loadPyodide({ indexURL: pyodide });
    await python.loadPackage("numpy", { messageCallback() {} });
    python.unpackArchive(await archive, "zip", { extractDir: "/course" });
    postMessage({ loaded: true });
    await python.runPythonAsync(ABOUT);
    return { files: performance.getEntriesByType("resource").map((entry) => entry.name) };
  },

  async data({ files }) {
    for (const { name, address } of files) {
      const path = `/course/cs_conv/data/${name}`;
      if (!python.FS.analyzePath(path).exists) python.FS.writeFile(path, await buffer(address));
    }
    return {};
  },

  define({ key, component, names, hidden, typed }) {
    return { problem: call("define", key, component, JSON.stringify(names), hidden, typed) };
  },

  picture({ key, state }) {
    const answer = call("picture", key, JSON.stringify(state));
    const [header, numbers, trace] = answer.toJs({ depth: 1 });
    const view = numbers.getBuffer("u8");
    const data = view.data.slice();
    view.release();
    numbers.destroy();
    answer.destroy();
    workOn(key, JSON.stringify(state), performance.now() + PATIENCE);
    return { header: JSON.parse(header), data, trace };
  },

  check({ key, name }) {
    return { html: call("checked", key, name) };
  },
};

/** Between two questions a part may work, as training does; whoever stops asking stops the work. */
function workOn(key, state, until) {
  clearTimeout(work);
  work = setTimeout(() => {
    if (performance.now() < until && call("advance", key, state)) workOn(key, state, until);
  });
}

const call = (name, ...values) => python.globals.get(name)(...values);

onmessage = async ({ data: { kind, id, ...question } }) => {
  try {
    postMessage({ id, ...(await DO[kind](question)) });
  } catch (problem) {
    postMessage({ id, problem: String(problem.message).trim().split("\n").pop() });
  }
};
