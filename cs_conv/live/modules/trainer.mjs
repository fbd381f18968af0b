// The live trainer: layers that are typed, a Train button, and everything that can be seen of the training.

import { widget } from "./host.mjs";
import { drawCurves } from "./curves.mjs";
import { layerRows } from "./layers.mjs";
import { OWN_KEYS, frameOf, room, showSliders, slider } from "./page.mjs";
import { GREYS, drawTiles } from "./tiles.mjs";

const GAP = 50; // milliseconds between a picture and the next question while it trains
const SHOWN = 500; // held-out images to choose from: those of an exam
const BATCHES = [1, 2, 5, 10, 20, 50, 100, 200];
const TRAINING = { stroke: "var(--mark)", "stroke-width": 1.5 };
const HELD_OUT = { stroke: "var(--wrong)", "stroke-width": 2, "stroke-dasharray": "6 3" };

const STYLE = `<style>
.live.trainer { --zero: #f4f4f4; --high: #5e35a8; --low: #d16d00; --none: #d55e00; }
.live.trainer.dark { --zero: #262626; --high: #c9b6ff; --low: #ffb95c; --none: #ff5e5e; }
.live.trainer .typed { flex: 1 1 100%; font: 13px/1.6 ui-monospace, monospace; background: var(--bg); color: var(--fg); border: 1px solid var(--edge); }
.live.trainer .say { min-height: 1.5em; }
.live.trainer .numbers { font-variant-numeric: tabular-nums; margin: 4px 0; min-height: 1.5em; }
.live.trainer .warn { border-left: 4px solid var(--wrong); padding-left: 8px; }
.live.trainer button.go { min-width: 6em; font-weight: bold; }
.live.trainer canvas { image-rendering: pixelated; display: block; max-width: 100%; }
.live.trainer .layer { display: flex; flex-wrap: wrap; gap: 2px 16px; padding: 5px 0; border-top: 1px solid var(--edge); }
.live.trainer .layer .what { flex: 0 0 150px; }
.live.trainer .layer .how { flex: 0 0 200px; font-size: 12px; font-variant-numeric: tabular-nums; }
.live.trainer .layer .seen { flex: 1 1 240px; display: flex; flex-wrap: wrap; align-items: flex-start; gap: 4px 18px; min-width: 0; }
.live.trainer .bar { height: 5px; margin-bottom: 3px; background: color-mix(in oklab, var(--bg), var(--edge) 25%); }
.live.trainer .bar i { display: block; height: 5px; background: var(--mark); }
.live.trainer .bar.bad i { background: var(--wrong); }
.live.trainer .chances { display: grid; grid-template-columns: auto 90px auto; gap: 0 8px; font-size: 12px; align-items: center; }
.live.trainer .chances .bar { margin: 0; height: 8px; }
.live.trainer .chances .bar i { height: 8px; }
.live.trainer .chances .right { font-weight: bold; }
.live.trainer .wrongs { display: flex; flex-wrap: wrap; gap: 6px; }
.live.trainer .wrongs button { display: flex; gap: 6px; align-items: center; text-align: left; width: 158px; font: inherit; font-size: 12px;
  color: var(--fg); background: var(--bg); border: 1px solid var(--edge); border-radius: 3px; padding: 2px; }
.live.trainer .wrongs canvas { width: 42px; }
.live.trainer h4 { font-size: 13px; margin: 10px 0 2px; }
.live.trainer .key { display: inline-block; width: 22px; border-top: 2px solid var(--mark); vertical-align: middle; margin: 0 4px 0 10px; }
.live.trainer .key.out { border-top: 2px dashed var(--wrong); }
</style>`;

export function mount(el, store) {
  const option = (name) => `<option>${name}</option>`;
  const button = (name, text) => `<button type="button" name="${name}" class="${name}" ${OWN_KEYS}="true">${text}</button>`;
  const html = `${STYLE}
    <section><label style="flex:1 1 100%">layers <input type="text" name="draft" class="typed" spellcheck="false" autocomplete="off" ${OWN_KEYS}="true"></label>
    <span class="drafted" style="flex:1 1 240px"></span>${button("use", "use these layers")}</section>
    <section>${button("go", "Train")}${button("one", "one step")}${button("reset", "reset")}
    <label>rate <input type="text" name="rate" inputmode="decimal" autocomplete="off" style="width:5.5em" ${OWN_KEYS}="true"></label>
    ${button("less", "rate \u00f7 3")}${button("more", "rate \u00d7 3")}
    <label>by <select name="optimiser" ${OWN_KEYS}="true">${store.state.optimisers.map(option).join("")}</select></label>
    <label>images a step <select name="batch" ${OWN_KEYS}="true">${BATCHES.map(option).join("")}</select></label>
    <label><input type="checkbox" name="own" ${OWN_KEYS}="true"> my own functions</label></section>
    <p class="numbers"></p>
    <div class="parts"><figure><figcaption>loss <span class="key"></span>training<span class="key out"></span>held out</figcaption><svg role="img" data-name="loss"></svg></figure>
    <figure><figcaption>right answers <span class="key"></span>training<span class="key out"></span>held out</figcaption><svg role="img" data-name="right"></svg></figure></div>
    <p class="help marks"></p>
    <div class="parts"><section style="flex-direction:column"><h4>one image, on its way through the layers below</h4>${slider("image", 0, SHOWN - 1)}
    <div class="parts"><canvas role="img" data-name="image"></canvas><div class="chances" role="img"></div></div></section>
    <section style="flex-direction:column;flex:1 1 330px"><h4>mistakes of which it is most sure</h4><div class="wrongs"></div><span class="help confused"></span></section></div>
    <div class="layers"></div>`;
  const view = frameOf(el, store, html, { draw, sentence });
  const { root } = view;
  root.classList.add("trainer");
  const find = (name) => root.querySelector(name);
  const field = (name) => root.querySelector(`[name=${name}]`);
  const line = find(".say");
  find("section:nth-of-type(2)").after(line);
  const rows = layerRows(find(".layers"), root);
  let said = "";
  let timer = 0;
  let drawn = null;

  /** While it trains, each picture is followed by the next question; who stops asking stops the training. */
  function goOn() {
    if (store.frame === drawn) return;
    drawn = store.frame;
    if (!store.state.running) return;
    if (store.shown.running && !store.frame.running.data[0]) store.set({ running: false });
    else timer = setTimeout(() => { if (store.state.running) store.ask(); }, GAP);
  }

  function draw() {
    const { frame, state } = store;
    const words = trouble();
    if (words !== said) line.textContent = sentence();
    said = words;
    line.classList.toggle("warn", Boolean(frame.stopped || frame.refused));
    find(".numbers").textContent = state.running ? numbers() : ""; // the sentence has them otherwise
    drawAll(frame);
    find(".go").textContent = state.running ? "Pause" : "Train";
    keep("draft", state.draft);
    keep("rate", state.rate);
    field("optimiser").value = state.optimiser;
    field("batch").value = state.batch;
    field("own").checked = Boolean(state.own);
    showSliders(root, state);
    find(".drafted").textContent = drafted();
  }

  /** What the typed layers would be, or why they cannot be; without a kernel nothing is said of another text. */
  function drafted() {
    const { frame, state, shown, silent } = store;
    if (silent && shown.draft !== state.draft) return "";
    if (!/^\d/.test(frame.drafted)) return ended(frame.drafted);
    return state.draft === state.pattern ? frame.costs : `${frame.drafted} (not used yet)`;
  }

  /** What is typed is not touched while somebody types. */
  function keep(name, value) {
    const input = field(name);
    if (root.getRootNode().activeElement !== input) input.value = value;
  }

  function drawAll(frame) {
    const wide = Math.min(room(root, 970), room(root, 970) > 700 ? room(root, 970) / 2 - 16 : 460);
    const last = frame.step.data[0];
    const pairs = (values) => Array.from(frame.at.data, (step, n) => [step, values.data[n]]);
    const tested = (column) => Array.from({ length: frame.tested.shape[0] }, (_, n) => [frame.tested.data[3 * n], frame.tested.data[3 * n + column]]);
    const lines = (values, column) => [{ points: pairs(values), look: TRAINING }, { points: tested(column), look: HELD_OUT, dots: true }];
    const common = { wide, last, marks: Array.from(frame.marks.data) };
    const most = Math.max(2.4, ...lines(frame.loss, 1).flatMap(({ points }) => points.map(([, v]) => (Number.isFinite(v) ? v : 0))));
    drawCurves(find("[data-name=loss]"), { ...common, top: Math.min(4.8, 0.8 * Math.ceil(most / 0.8)), lines: lines(frame.loss, 1), unit: (v) => v.toFixed(1) });
    drawCurves(find("[data-name=right]"), { ...common, top: 1, lines: lines(frame.right, 2), unit: (v) => `${Math.round(100 * v)}%` });
    find("[data-name=loss]").setAttribute("aria-label", `the loss over ${last} steps; ${numbers()}`);
    find("[data-name=right]").setAttribute("aria-label", `the share of right answers over ${last} steps; ${numbers()}`);
    const marked = frame.marked ? frame.marked.split("\n") : [];
    find(".marks").textContent = marked.map((what, n) => `${n + 1}: ${what}, from step ${frame.marks.data[n]} on`).join(". ");
    drawImage(frame);
    drawWrong(frame);
    rows.draw(frame);
  }

  function drawImage(frame) {
    const { classes } = store.state;
    const [high, wide] = frame.image.shape;
    drawTiles(find("[data-name=image]"), frame.image.data, { count: 1, rows: high, columns: wide, colours: GREYS, zoom: Math.max(1, Math.floor(112 / wide)), room: 112 });
    find("[data-name=image]").setAttribute("aria-label", `held-out image ${store.shown.image}: ${classes[frame.label.data[0]]}`);
    const chances = Array.from(frame.chances.data);
    const box = find(".chances");
    if (box.childElementCount !== 3 * classes.length) {
      box.innerHTML = classes.map(() => `<span></span><div class="bar"><i></i></div><span></span>`).join("");
    }
    classes.forEach((name, k) => {
      const [label, bar, value] = [0, 1, 2].map((part) => box.children[3 * k + part]);
      const right = k === frame.label.data[0];
      label.textContent = right ? `${name} \u2713` : name;
      label.className = right ? "right" : "";
      bar.firstChild.style.width = `${percent(chances[k])}%`;
      value.textContent = Number.isFinite(chances[k]) ? `${percent(chances[k])}%` : "no number";
    });
    box.setAttribute("aria-label", classes.map((name, k) => `${name} ${percent(chances[k])} per cent`).join(", "));
  }

  function drawWrong(frame) {
    const { classes } = store.state;
    const box = find(".wrongs");
    const [n, high, wide] = frame.wrong_images.shape;
    while (box.childElementCount > n) box.lastChild.remove();
    while (box.childElementCount < n) {
      const one = box.appendChild(document.createElement("button"));
      one.type = "button";
      one.setAttribute(OWN_KEYS, "true");
      one.innerHTML = `<canvas aria-hidden="true"></canvas><span></span>`;
    }
    Array.from(box.children).forEach((one, k) => {
      const [number, saidClass, right] = frame.wrong.data.slice(3 * k, 3 * k + 3);
      const bytes = frame.wrong_images.data.subarray(k * high * wide, (k + 1) * high * wide);
      const text = `said ${classes[saidClass]} (${percent(frame.wrong_sure.data[k])}%), is ${classes[right]}`;
      if (one.dataset.image === String(number) && one.lastChild.textContent === text) return;
      one.dataset.image = number;
      drawTiles(one.firstChild, bytes, { count: 1, rows: high, columns: wide, colours: GREYS, zoom: 1, room: wide });
      one.lastChild.textContent = text;
      one.title = `look at image ${number}`;
    });
    find(".confused").textContent = frame.examined.data[0] ? `${frame.confused ? `Most often ${frame.confused}.` : "No mistakes."}` : "Train, and they are listed here.";
  }

  const percent = (share) => (Number.isFinite(share) ? Math.round(100 * share) : 0);
  const lastOf = (array) => array.data[array.data.length - 1];

  function numbers() {
    const { frame } = store;
    const steps = frame.step.data[0];
    if (!steps) return "Not trained yet.";
    const speed = frame.speed.data[0];
    const pace = store.state.running && !store.silent && speed ? `, ${speed < 10 ? speed.toFixed(1) : Math.round(speed)} a second` : "";
    const exams = frame.tested.shape[0] ? `, ${percent(lastOf(frame.tested))}% of ${frame.examined.data[0]} held out` : "";
    return `step ${steps.toLocaleString("en")}${pace}; epoch ${frame.epoch.data[0].toFixed(2)}; loss ${amount(lastOf(frame.loss))}; ` +
      `right: ${percent(lastOf(frame.right))}% in training${exams}`;
  }

  function trouble() {
    const { frame } = store;
    const refused = frame.refused && `${ended(frame.refused)} What was there before stays.`;
    return ended(refused || frame.stopped || frame.hint || frame.notice);
  }

  function sentence() {
    const { frame, state } = store;
    const begin = frame.step.data[0] ? "" : `Press Train: ${frame.costs}.`;
    const now = frame.step.data[0] ? `It waits at ${numbers()}.` : begin;
    return [trouble(), state.running ? "It trains." : now].filter(Boolean).join(" ");
  }

  const press = {
    go: () => store.set(store.state.running ? { running: false } : { running: true, pattern: store.state.draft }),
    use: () => store.set({ pattern: store.state.draft }),
    one: () => store.set({ running: false, pattern: store.state.draft, single: store.state.single + 1 }),
    reset: () => store.set({ resets: store.state.resets + 1 }),
    less: () => scale(1 / 3),
    more: () => scale(3),
  };

  function scale(factor) {
    const rate = Number(String(store.state.rate).replace(",", ".")) * factor;
    if (Number.isFinite(rate)) store.set({ rate: String(Number(rate.toPrecision(2))) });
  }

  root.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (!pressed) return;
    if (pressed.dataset.image) store.set({ image: Number(pressed.dataset.image) });
    else press[pressed.name]();
  });
  root.addEventListener("input", ({ target }) => {
    if (target.name === "draft") store.set({ draft: target.value });
    if (target.type === "range") store.set({ image: Number(target.value) });
  });
  root.addEventListener("change", ({ target }) => {
    if (target.name === "rate" || target.name === "optimiser") store.set({ [target.name]: target.value });
    if (target.name === "batch") store.set({ batch: Number(target.value) });
    if (target.name === "own") store.set({ own: target.checked });
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    if (event.target.name === "draft") press.use();
    if (event.target.name === "rate") store.set({ rate: event.target.value });
  });
  const stop = store.subscribe(goOn);
  if (store.frame) view.paint();
  if (store.state.running) store.ask();
  return () => {
    stop();
    clearTimeout(timer);
    if (store.state.running) store.set({ running: false }); // a page that is gone may still be asked after each cell
    view.end();
  };
}

/** A text as a sentence. The name of a function, such as conv_forward, stays as it is. */
const ended = (text) => text && `${/^[a-z]+ /.test(text) ? text[0].toUpperCase() : text[0]}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
const amount = (value) => (value >= 1000 ? value.toExponential(1).replace("e+", " \u00d7 10^") : value.toFixed(3));

export default widget(mount);
