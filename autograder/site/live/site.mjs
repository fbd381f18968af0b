// The live parts of a page: each is a component of cs_conv/live, whose pictures Python computes in a worker.

import { createStore, unpack } from "./modules/store.mjs";
import { editor } from "./editor.mjs";
import { player } from "./player.mjs";
import { keep, python } from "./python.mjs";

const LIMIT = 10_000; // milliseconds that a picture may take
const TRAINS = 60_000; // the same for the trainer: a step on slow functions takes a while
const ROOT = new URL("../", import.meta.url);
let parts = 0;
let leader; // the last part that has an editor

/** A picture as a worker or a file has it: its arrays are cut out of one array of bytes. */
function picture({ header, data }) {
  let at = 0;
  const bytes = typeof data === "string" ? Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)) : data;
  const cut = ([, shape, type]) => bytes.slice(at, (at += shape.reduce((a, b) => a * b, Number(type.at(-1))))).buffer;
  return unpack(header, (header.arrays || []).map(cut));
}

class LivePart {
  constructor(el, part, mount) {
    this.part = part;
    this.key = ++parts;
    this.own = ""; // the reader's code, as soon as it was run
    this.defined = null; // the worker that knows this part
    this.problem = ""; // why the reader's code cannot be used
    this.waiting = false; // whether a picture was asked for before Python was there
    this.followers = []; // parts that draw with the same code
    this.stopped = ""; // why the reader's code is not run again before it was changed
    el.innerHTML = `<div class="stage"></div><p class="note"><span role="status"></span> <span class="arrived" aria-hidden="true"></span></p>`;
    this.note = el.querySelector(".note [role=status]");
    this.arrived = el.querySelector(".arrived");
    this.limit = part.component === "trainer" ? TRAINS : LIMIT;
    const first = picture(part.first);
    const advice = `Python is computing; after ${this.limit / 1000} seconds it is ended.`;
    this.store = createStore((state) => this.send(state), part.state, first.arrays, first.error, advice);
    const stage = el.querySelector(".stage");
    mount(stage, this.store);
    if (part.recorded?.plays) player(this, stage, el);
    if (part.follows) leader?.followers.push(this);
    else if (part.code) editor(this, el);
    if (!part.follows) leader = this;
    python.listen(() => this.tell());
    this.tell();
  }

  /** What can be said about where pictures come from. */
  tell() {
    const recorded = this.part.recorded ? "These pictures were computed when the site was built." : "This picture was computed when the site was built.";
    const idle = `${recorded} Change something, and Python starts in this page.`;
    const text = python.ready ? "Python computes these pictures in this page." : python.said || idle;
    if (this.note.textContent !== text) this.note.textContent = text;
    this.arrived.textContent = python.arrived; // it changes so often that nobody wants to hear it
    if (!this.waiting || (python.started && !python.ready)) return;
    this.waiting = !python.ready;
    if (python.ready) this.store.ask();
  }

  /** The recorded picture of a state that differs from the first in the recorded entry alone, if there is one. */
  recorded(state) {
    const { recorded, state: first } = this.part;
    if (!recorded || this.own) return null;
    const others = (numbers) => JSON.stringify(Object.entries(numbers).filter(([name]) => name !== recorded.entry).sort());
    if (others(state) !== others(first)) return null;
    const place = recorded.values.findIndex((value) => String(value) === String(state[recorded.entry]));
    const found = recorded.frames[place] ?? recorded.rest;
    return found && picture(found);
  }

  /** Draw with the reader's code from now on, or without it if there is none. */
  use(own) {
    for (const live of [this, ...this.followers]) Object.assign(live, { own, stopped: "", defined: null });
  }

  draw() {
    for (const live of [this, ...this.followers]) live.store.ask();
  }

  async send(state) {
    const known = this.recorded(state);
    if (known) return known;
    if (this.stopped) return { error: this.stopped };
    if (!python.ready) {
      this.waiting = true;
      await this.begin();
      return { error: python.started ? "This picture follows as soon as Python is there." : "Python is not started." };
    }
    try {
      const unusable = await this.define();
      if (unusable) {
        this.show?.(unusable);
        return { error: "Your code cannot be used yet: see below it." };
      }
      const answer = await python.ask({ kind: "picture", key: this.key, state }, this.limit);
      if (answer.problem && this.defined !== python.life) return this.send(state); // a new worker does not know this part
      if (answer.problem) return { error: answer.problem };
      this.show?.(answer.trace);
      return picture(answer);
    } catch (problem) {
      return { error: this.end(problem) };
    }
  }

  /** Make this part known to the worker, with the reader's code; returns what went wrong. */
  async define() {
    await python.start();
    if (this.defined === python.life) return this.problem;
    const { component, names, hidden, data, code, given } = this.part;
    const files = data.map((name) => ({ name, address: new URL(`live/data/${name}`, ROOT).href }));
    if (files.length) await python.ask({ kind: "data", files }, 600_000);
    const typed = this.own || (given ? code : "");
    const { problem } = await python.ask({ kind: "define", key: this.key, component, names, hidden, typed }, LIMIT);
    this.defined = python.life;
    this.problem = problem ?? "";
    return this.problem;
  }

  /** Let Python start; another host is asked only if the reader agrees. */
  async begin() {
    if (python.started) return;
    const host = await python.asks();
    if (host) this.ask(host);
    else python.start().catch(() => {});
  }

  ask(host) {
    if (this.note.querySelector("button")) return;
    this.note.textContent = `This needs Python in your browser, about 10 MB from ${host}. `;
    const button = document.createElement("button");
    button.textContent = "Start Python";
    button.addEventListener("click", () => python.start(true).catch(() => {}));
    this.note.append(button);
  }

  end(problem) {
    if (!(problem instanceof python.Ended)) return problem.message;
    this.stopped = `Your code did not end in ${problem.seconds} seconds, so it was ended. Change it, and run it again.`;
    return this.stopped;
  }
}

async function show(el) {
  const part = await (await fetch(el.dataset.part)).json();
  const { mount } = await import(`./modules/${part.component}.mjs`);
  el.part = new LivePart(el, part, mount);
}

/** Components look for the theme at the root of the page; the site's own keeps it at the body. */
function followTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    const { theme } = document.body.dataset;
    document.documentElement.dataset.theme = theme === "auto" || !theme ? (dark.matches ? "dark" : "light") : theme;
  };
  follow();
  dark.addEventListener("change", follow);
  new MutationObserver(follow).observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });
}

/** What is too wide for the page, and so scrolls, can be reached with the keyboard. */
function reachWide() {
  for (const el of document.querySelectorAll(".table-wrapper, .cell_output")) {
    if (el.scrollWidth > el.clientWidth) el.tabIndex = 0;
  }
}

async function keepThisPage() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(new URL("sw.js", ROOT));
  const files = performance.getEntriesByType("resource").map((entry) => entry.name);
  keep([location.href.split("#")[0], ...files.filter((file) => file.startsWith(ROOT.href))]);
}

followTheme();
reachWide();
addEventListener("resize", reachWide);
const waiting = [...document.querySelectorAll(".live-part")];
let shown = Promise.resolve();
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    for (const el of waiting.splice(0, waiting.indexOf(target) + 1)) { // in order: some follow the one above
      near.unobserve(el);
      shown = shown.then(() => show(el)).catch(console.error);
    }
  }
}, { rootMargin: "400px" });
for (const el of waiting) near.observe(el);
addEventListener("load", () => keepThisPage().catch(() => {}));
