// Python in this page: a worker that starts when it is first needed, answers one question after another, and is
// ended and started again if an answer takes too long.

const HOME = new URL("./", import.meta.url);
const AGREED = "cs-conv-python"; // in localStorage: whether the reader has allowed Pyodide's own server

class Ended extends Error {
  constructor(limit) {
    super(`It did not end in ${limit / 1000} seconds, so it was ended.`);
    this.seconds = limit / 1000;
  }
}

let about; // live/python.json: where Pyodide lies, and the course's own Python
let worker;
let starting; // resolves when Python answers; undefined as long as nobody needs it
let ready = false;
let said = "";
let arrived = "";
let queue = Promise.resolve();
let number = 0;
let life = 0;
const listeners = new Set();

function tell(text, much = "") {
  said = text;
  arrived = much;
  for (const listener of listeners) listener();
}

export const python = {
  Ended,
  get ready() { return ready; },
  get started() { return Boolean(starting); },
  /** What there is to say while Python is not there. */
  get said() { return said; },
  /** How much of it has arrived, while that is so. */
  get arrived() { return arrived; },
  /** Counts the workers: one that is new knows nothing of what its predecessor was told. */
  get life() { return life; },
  listen(listener) { listeners.add(listener); },

  /** The host that has to be asked for Pyodide, if the reader has not allowed it yet; else "". */
  async asks() {
    about ||= await (await fetch(new URL("python.json", HOME))).json();
    const host = new URL(about.pyodide, HOME).host;
    return host === location.host || localStorage.getItem(AGREED) ? "" : host;
  },

  /** Start Python; rejects if it cannot be loaded. `agreed` says that the reader has allowed another host. */
  start(agreed = false) {
    if (agreed) localStorage.setItem(AGREED, "yes");
    starting ||= begin().catch((problem) => {
      starting = undefined;
      tell(`Python could not be started: ${problem.message}. Is there a connection?`);
      throw problem;
    });
    return starting;
  },

  /** The answer to a question. After `limit` milliseconds of computing the worker is ended: this rejects with Ended. */
  ask(question, limit) {
    const mine = queue.then(() => answer(question, limit));
    queue = mine.catch(() => {});
    return mine;
  },
};

async function begin() {
  await python.asks();
  tell("Python is starting.");
  worker?.terminate();
  worker = new Worker(new URL("worker.mjs", HOME), { type: "module" });
  const { files } = await new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message || "its files did not arrive"));
    worker.onmessage = ({ data }) => {
      if (data.files) resolve(data);
      else if (data.problem) reject(new Error(data.problem));
      else if (data.loaded) tell("Python is starting: everything has arrived.");
      else tell("Python is starting.", progress(data));
    };
    worker.postMessage({ kind: "start", pyodide: new URL(about.pyodide, HOME).href, course: new URL(about.course, HOME).href });
  });
  ready = true;
  life += 1;
  keep(files);
  tell("");
}

function progress({ bytes }) {
  const all = about.bytes ? ` of ${megabytes(about.bytes)}` : "";
  return `${megabytes(bytes)}${all} MB have arrived.`;
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

async function answer(question, limit) {
  await python.start();
  const id = ++number;
  let timer;
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => { if (data.id === id) resolve(data); };
      timer = setTimeout(() => reject(new Ended(limit)), limit);
      worker.postMessage({ ...question, id });
    });
  } catch (problem) {
    worker.terminate();
    ready = false;
    starting = undefined;
    python.start().catch(() => {}); // the next question finds it started
    throw problem;
  } finally {
    clearTimeout(timer);
  }
}

/** Have the service worker keep these files, for later visits without a network. */
export async function keep(files) {
  const { active } = (await navigator.serviceWorker?.ready) ?? {};
  active?.postMessage({ keep: files });
}
