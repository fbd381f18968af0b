// The error of a numeric gradient against its step, on logarithmic axes: the V, once for float64, once for float32.

import { widget } from "./host.mjs";
import { OWN_KEYS, bindSliders, frameOf, room, showSliders, slider, tag } from "./page.mjs";

const WIDEST = 560;
const HIGH = 300;
const LEFT = 62;
const LOW = [-12, -17]; // the smallest power of 10 of h and of the error
const TOP = [0, 1];
const SERIES = { double: ["float64", "var(--mark)"], single: ["float32", "var(--wrong)"] };

const up = (error) => {
  const power = Math.min(TOP[1], Math.max(LOW[1], Math.log10(Math.max(error, 1e-18))));
  return 10 + ((TOP[1] - power) / (TOP[1] - LOW[1])) * (HIGH - 50);
};
const power = (value) => {
  if (!(value > 0)) return value === 0 ? "0" : "no number";
  const exponent = Math.floor(Math.log10(value));
  return `${(value / 10 ** exponent).toFixed(1)} \u00d7 10^${String(exponent).replace("-", "\u2212")}`;
};

export function mount(el, store) {
  const options = store.state.names.map((name) => `<option>${name}</option>`).join("");
  const html = `<section><label>f <select ${OWN_KEYS}="true">${options}</select></label>
    ${slider("tenths", -30, 30, "x")}${slider("step", 0, 48, "h")}</section><svg role="img"></svg>`;
  const view = frameOf(el, store, html, { draw, sentence });
  const { root } = view;
  const svg = root.querySelector("svg");
  const select = root.querySelector("select");

  function draw() {
    const { frame, state } = store;
    const wide = room(root, WIDEST);
    const across = (h) => LEFT + ((Math.log10(h) - LOW[0]) / (TOP[0] - LOW[0])) * (wide - LEFT - 10);
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${wide} ${HIGH}`);
    svg.setAttribute("width", wide);
    svg.setAttribute("height", HIGH);
    svg.setAttribute("aria-label", sentence());
    for (let p = LOW[0]; p <= TOP[0]; p += wide < 400 ? 6 : 3) {
      tag("line", { x1: across(10 ** p), x2: across(10 ** p), y1: 10, y2: HIGH - 40, stroke: "var(--edge)", "stroke-width": 0.3 }, svg);
      tag("text", { x: across(10 ** p), y: HIGH - 24, "font-size": 11 }, svg).textContent = `10^${p}`.replace("-", "\u2212");
    }
    for (let p = -16; p <= 0; p += 4) {
      tag("line", { x1: LEFT, x2: wide - 10, y1: up(10 ** p), y2: up(10 ** p), stroke: "var(--edge)", "stroke-width": 0.3 }, svg);
      tag("text", { x: LEFT - 24, y: up(10 ** p) + 4, "font-size": 11 }, svg).textContent = `10^${p}`.replace("-", "\u2212");
    }
    tag("text", { x: (wide + LEFT) / 2, y: HIGH - 6, "font-size": 12 }, svg).textContent = "step h";
    tag("text", { transform: `translate(10,${HIGH / 2 - 15}) rotate(-90)`, "font-size": 12 }, svg).textContent = "relative error";
    const [h] = [frame.h.data];
    tag("line", { class: "chosen", x1: across(h[state.step]), x2: across(h[state.step]), y1: 10, y2: HIGH - 40, stroke: "var(--fg)", "stroke-dasharray": "4 3" }, svg);
    Object.entries(SERIES).forEach(([name, [title, colour]], number) => {
      const points = Array.from(frame[name].data, (error, q) => [error, q]).filter(([error]) => !Number.isNaN(error));
      const path = points.map(([error, q], t) => `${t ? "L" : "M"}${across(h[q]).toFixed(1)},${up(error).toFixed(1)}`).join("");
      const look = { stroke: colour, "stroke-width": 2, "stroke-dasharray": number ? "6 3" : "none" };
      tag("path", { d: path, fill: "none", ...look }, svg);
      const y = HIGH - 70 + 18 * number;
      tag("line", { x1: LEFT + 8, x2: LEFT + 34, y1: y - 4, y2: y - 4, ...look }, svg);
      tag("text", { x: LEFT + 62, y, "font-size": 12 }, svg).textContent = title;
    });
    select.value = state.name;
    showSliders(root, state, { tenths: (state.tenths / 10).toFixed(1), step: power(h[state.step]) });
  }

  function sentence() {
    const { frame, state } = store;
    const best = Array.from(frame.double.data).reduce((t, error, q, all) => (error < all[t] ? q : t), 0);
    const at = (name) => power(frame[name].data[state.step]);
    return `At h = ${power(frame.h.data[state.step])} the error is ${at("double")} in float64 and ${at("single")} in float32. ` +
      `The smallest in float64 is ${power(frame.double.data[best])}, at h = ${power(frame.h.data[best])}.`;
  }

  select.addEventListener("change", () => store.set({ name: select.value }));
  bindSliders(root, store);
  view.paint();
  return view.end;
}

export default widget(mount);
