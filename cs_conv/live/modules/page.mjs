// What all components share on the page: elements, numbers as text, colours for light and dark, the sentence.

export const SVG = "http://www.w3.org/2000/svg";

export const CSS = `
.live { --bg: var(--jp-layout-color0, #fff); --fg: var(--jp-ui-font-color0, #1a1a1a); --edge: #767676;
  --positive: #7b5bb0; --negative: #e08214; --mark: #0072b2; --wrong: #d55e00;
  background: var(--bg); color: var(--fg); font: 14px/1.45 system-ui, sans-serif; padding: 8px; max-width: 1000px; contain: content; }
.live.dark { --bg: var(--jp-layout-color0, #111); --fg: var(--jp-ui-font-color0, #f2f2f2); --edge: #8a8a8a;
  --positive: #6d4fa3; --negative: #a0560a; --mark: #56b4e9; --wrong: #ff9e5e; }
.live section { display: flex; flex-wrap: wrap; gap: 10px 14px; align-items: flex-start; margin: 6px 0; }
.live .parts { display: flex; flex-wrap: wrap; gap: 4px 28px; align-items: flex-start; }
.live .parts > *, .live figure { min-width: 0; max-width: 100%; }
.live figure { margin: 0; overflow-x: auto; }
.live figcaption { font-size: 12px; }
.live svg { display: block; overflow: visible; user-select: none; }
.live label { display: inline-flex; gap: 6px; align-items: center; min-height: 28px; }
.live input, .live button, .live select { accent-color: var(--mark); min-height: 24px; }
.live input[type=range] { width: 130px; }
.live text { fill: var(--fg); pointer-events: none; text-anchor: middle; }
.live rect.value { stroke: var(--edge); stroke-width: .5; }
.live .cell { cursor: pointer; }
.live .cell:focus { outline: none; }
.live .change .cell { cursor: ew-resize; touch-action: pan-y; }
.live .mark, .live .ring { fill: none; visibility: hidden; }
.live .mark { stroke: var(--mark); stroke-width: 2.5; }
.live .ring { stroke: var(--fg); stroke-width: 3; }
.live .on .mark, .live .bad .mark, .live .cell:focus-visible .ring { visibility: visible; }
.live .bad .mark { stroke: var(--wrong); stroke-dasharray: 4 2; }
.live .rim { fill: none; stroke: var(--edge); stroke-dasharray: 2 2; stroke-width: .5; }
.live .window { fill: none; stroke: var(--fg); stroke-width: 2; stroke-dasharray: 5 3; transition: transform .15s; pointer-events: none; }
.live .say { min-height: 3em; margin: 4px 0; }
.live .say.trouble { border-left: 4px solid var(--wrong); padding-left: 8px; }
.live .help { font-size: 12px; }
.live.stale svg { opacity: .45; }
@media (prefers-reduced-motion: reduce) { .live .window { transition: none; } }
@media print { .live input, .live button, .live .help { display: none; } }
`;

/** An SVG element. */
export function tag(name, attributes = {}, parent = null) {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  parent?.append(element);
  return element;
}

/** A number in few characters, with a real minus sign. */
export function words(value) {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞");
  const short = Math.abs(value) < 1e-9 ? "0" : Number.isInteger(value) ? `${value}` : value.toFixed(Math.abs(value) < 100 ? 1 : 0);
  return short.replace("-", "\u2212");
}

/** How many pixels wide a component may draw; `most` where it is not on the page yet. */
export const room = (root, most) => Math.min(most, root.clientWidth - 16 > 0 ? root.clientWidth - 16 : most);

/** "1 output", "2 outputs". */
export const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

/** A component's root in `el`, with its style, its parts from `html`, and a line that says what there is to see. */
export function frameOf(el, store, html, { draw, sentence }) {
  const root = document.createElement("div");
  root.className = "live";
  root.innerHTML = `<style>${CSS}</style>${html}<p class="say" role="status" aria-live="polite"></p>`;
  el.append(root);
  const line = root.querySelector(".say");
  let due = 0;
  let timer;

  function paint() {
    due = 0;
    root.classList.toggle("dark", isDark());
    root.classList.toggle("stale", store.silent || Boolean(store.error));
    for (const part of root.children) part.inert = !store.frame && part !== line; // there is nothing to move yet
    if (store.frame) draw(root);
    clearTimeout(timer);
    timer = setTimeout(say, 250); // one sentence after a drag, not one a step
  }

  function say() {
    line.classList.toggle("trouble", store.silent || Boolean(store.error));
    const text = trouble(store) || (store.frame ? sentence() : "Waiting for the first picture.");
    if (line.textContent !== text) line.textContent = text;
  }

  const later = () => { due ||= requestAnimationFrame(paint); };
  const stop = store.subscribe(later);
  let wide = 0; // where a component adapts to its width, it is drawn anew
  const size = new ResizeObserver(() => { if (root.clientWidth !== wide) { wide = root.clientWidth; later(); } });
  size.observe(root);
  const theme = matchMedia("(prefers-color-scheme: dark)");
  theme.addEventListener("change", later);
  const watch = new MutationObserver(later);
  for (const element of [document.body, document.documentElement]) {
    watch.observe(element, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-theme"] });
  }
  root.store = store;
  return {
    root,
    paint,
    end() {
      stop();
      watch.disconnect();
      size.disconnect();
      theme.removeEventListener("change", later);
      clearTimeout(timer);
      cancelAnimationFrame(due);
      root.remove();
    },
  };
}

function trouble(store) {
  if (store.silent) return `Nothing answers${store.frame ? ": this is the last picture that was computed" : ""}. ${store.advice}`;
  return store.error;
}

function isDark() {
  const lab = document.body.dataset.jpThemeLight;
  if (lab) return lab === "false";
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** JupyterLab takes the arrow keys for itself wherever the element with the focus does not have this attribute. */
export const OWN_KEYS = "data-lm-suppress-shortcuts";

/** A slider with its value beside it. */
export function slider(name, low, high, title = name) {
  const input = `<input type="range" name="${name}" min="${low}" max="${high}" ${OWN_KEYS}="true">`;
  return `<label>${title} ${input}<output></output></label>`;
}

/** Show the state in the sliders, and change it when one is moved. */
export function bindSliders(root, store) {
  root.addEventListener("input", (event) => {
    if (event.target.type === "range") store.set({ [event.target.name]: Number(event.target.value) });
  });
}

/** Set the sliders to the state; `texts` says what stands beside a slider whose number means something else. */
export function showSliders(root, state, texts = {}) {
  for (const input of root.querySelectorAll("input[type=range]")) {
    const said = String(texts[input.name] ?? state[input.name]);
    if (Number(input.value) === state[input.name] && input.nextElementSibling.value === said) continue; // no layout
    input.value = state[input.name];
    input.nextElementSibling.value = said;
    if (texts[input.name]) input.setAttribute("aria-valuetext", texts[input.name]);
  }
}
