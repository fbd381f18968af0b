// A learner's notebooks, as JupyterLite keeps them in the browser, out of it and into it as one zip.

import { strFromU8, strToU8, unzipSync, zipSync } from "./fflate.mjs";
import { SAVED, done, forget, inDatabase, storage } from "./storage.mjs";

const KERNEL = { display_name: "Python 3 (ipykernel)", language: "python", name: "python3" };
const $ = (id) => document.getElementById(id);
const say = (text) => { $("status").textContent = text; };

const files = (mode, ask) =>
  inDatabase((database, names) => (names.includes("files") ? ask(database.transaction("files", mode).objectStore("files")) : []));
const everything = () => files("readonly", (store) => done(store.getAll()));
const isWork = ({ type }) => type === "notebook" || type === "file";

// --- out

function bytes({ type, format, content }) {
  if (type === "notebook") {
    const metadata = { ...content.metadata, kernelspec: KERNEL };
    return strToU8(`${JSON.stringify({ ...content, metadata }, null, 1)}\n`);
  }
  if (format === "base64") return Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  return strToU8(typeof content === "string" ? content : JSON.stringify(content));
}

async function save() {
  const work = (await everything()).filter(isWork);
  if (!work.length) return say("There is nothing to save yet: this browser has no notebook that you changed.");
  const zip = zipSync(Object.fromEntries(work.map((file) => [file.path, bytes(file)])));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([zip], { type: "application/zip" }));
  link.download = `my-work-${new Date().toISOString().slice(0, 10)}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  localStorage.setItem(SAVED, new Date().toISOString());
  await show();
  return say(`${link.download} has ${count(work)}.`);
}

// --- in

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What is not text is kept byte for byte, too. */
function plain(data) {
  try {
    return { format: "text", mimetype: "text/plain", content: UTF8.decode(data) };
  } catch {
    return { format: "base64", mimetype: "application/octet-stream", content: btoa(strFromU8(data, true)) };
  }
}

const equal = (a, b) => a.length === b.length && a.every((byte, n) => byte === b[n]);
const isContent = ({ name }) => !name.endsWith("/") && !name.startsWith("__MACOSX/"); // macOS adds notes of its own

function notebook(data) {
  try {
    const content = JSON.parse(strFromU8(data));
    return Array.isArray(content?.cells) && content;
  } catch {
    return null;
  }
}

/** The files in a zip by their paths. */
async function unpacked(file) {
  let inside;
  try {
    inside = unzipSync(new Uint8Array(await file.arrayBuffer()), { filter: isContent });
  } catch {
    throw new Error(`${file.name} is not a zip, or it is damaged. Choose one that this page has saved.`);
  }
  const paths = Object.keys(inside);
  if (!paths.some((path) => path.endsWith(".ipynb"))) {
    throw new Error(`there is no notebook in ${file.name}. Choose a zip that this page has saved.`);
  }
  const outer = await outerFolder(paths);
  return Object.fromEntries(paths.map((path) => [path.slice(outer.length), inside[path]]));
}

/** A zip that was unpacked and packed again often has one more folder around the lessons: its name and "/", or "". */
async function outerFolder(paths) {
  const { content } = await (await fetch("api/contents/all.json")).json();
  const lessons = new Set(content.map(({ name }) => name));
  const outer = paths[0].slice(0, paths[0].indexOf("/") + 1);
  const isOuter = paths.every((path) => path.startsWith(outer)) && !lessons.has(paths[0].split("/")[0]);
  return isOuter && paths.some((path) => lessons.has(path.split("/")[1])) ? outer : "";
}

function model(path, data, before) {
  const now = new Date().toISOString();
  const name = path.slice(path.lastIndexOf("/") + 1);
  const about = { name, path, created: before?.created ?? now, last_modified: now, size: data.length, writable: true };
  if (path.endsWith(".ipynb")) {
    const content = notebook(data);
    if (!content) throw new Error(`${path} is not a notebook, so nothing of this zip was loaded.`);
    return { ...about, type: "notebook", format: "json", mimetype: "application/json", content };
  }
  return { ...about, type: "file", ...plain(data) };
}

const aside = (path, when) => path.replace(/(\.\w+)?$/, ` before ${when}$1`);

async function load(file) {
  const inside = await unpacked(file);
  const there = new Map((await everything()).map((each) => [each.path, each]));
  const when = new Date().toISOString().slice(0, 19).replaceAll(":", ".");
  const put = [];
  let kept = 0;
  for (const [path, data] of Object.entries(inside)) {
    const before = there.get(path);
    const loaded = model(path, data, before);
    if (before && equal(bytes(before), bytes(loaded))) continue;
    if (before) {
      const path_ = aside(path, when);
      put.push({ ...before, path: path_, name: path_.slice(path_.lastIndexOf("/") + 1) });
      kept += 1;
    }
    put.push(loaded);
  }
  await files("readwrite", (store) => Promise.all(put.map((each) => done(store.put(each, each.path)))));
  await show();
  const beside = kept ? ` ${kept} of these had other content here, which is kept, too: "before ${when}".` : "";
  say(`Loaded ${count(Object.keys(inside))} from ${file.name}.${beside}`);
}

// --- away

/** Checkpoints are copies of the work, so every store is emptied. */
const empty = () =>
  inDatabase((database, names) => {
    const all = database.transaction(names, "readwrite");
    return Promise.all(names.map((name) => done(all.objectStore(name).clear())));
  });

async function clear() {
  const work = (await everything()).filter(isWork);
  if (!work.length) return say("There is nothing to delete.");
  const saved = localStorage.getItem(SAVED);
  const last = saved ? `You last saved a zip on ${new Date(saved).toLocaleString()}.` : "You have never saved a zip.";
  $("loss").textContent = `This deletes ${count(work)} from this browser. Nobody has a copy but you. ${last}`;
  $("sure").returnValue = "keep";
  $("sure").showModal();
  await new Promise((resolve) => $("sure").addEventListener("close", resolve, { once: true }));
  if ($("sure").returnValue === "save") return save();
  if ($("sure").returnValue !== "delete") return say("Nothing was deleted.");
  await empty();
  await forget(work.map(({ path }) => path));
  await show();
  return say(`Deleted ${count(work)}.`);
}

// --- the page

const count = (list) => `${list.length} ${list.length === 1 ? "file" : "files"}`;

async function show() {
  const work = (await everything()).filter(isWork).sort((a, b) => a.path.localeCompare(b.path));
  $("said").textContent = work.length
    ? `${count(work)} that you changed, kept in this browser, on this device, and nowhere else.`
    : "There is nothing here yet. What you change in a notebook is kept in this browser, and listed here.";
  $("list").replaceChildren(...work.map(({ path, last_modified: changed }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `lab/index.html?path=${encodeURIComponent(path)}`;
    link.textContent = path;
    item.append(link, `, changed ${new Date(changed).toLocaleString()}`);
    return item;
  }));
  const safe = await navigator.storage?.persisted?.();
  $("promise").textContent = safe
    ? "This browser has promised to keep it until you delete it."
    : "This browser may delete it when it needs room, and Safari does after seven days without a visit: save a zip.";
}

const trying = (what) => async (...given) => {
  try {
    await what(...given);
  } catch (problem) {
    say(`That did not work: ${problem.message}`);
  }
};

$("save").addEventListener("click", trying(save));
$("clear").addEventListener("click", trying(clear));
$("load").addEventListener("change", trying(async ({ target }) => {
  if (target.files.length) await load(target.files[0]);
  target.value = "";
}));
await trying(async () => {
  await storage();
  await show();
})();
