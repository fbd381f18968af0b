// How windows fit on a row of pixels: they slide, what no window reaches turns red, the formula has its numbers.

import { widget } from "./host.mjs";
import { bindSliders, count, frameOf, room, showSliders, slider, tag } from "./page.mjs";

const LARGEST = 24; // the side of a pixel where there is room
const WITH_NUMBER = 17; // the smallest side that holds a number
const STEP = 9; // from one window's line to the next

export function mount(el, store) {
  const html = `<section>${slider("W", 1, 32, "pixels W")}${slider("F", 1, 11, "filter F")}${slider("S", 1, 6, "stride S")}
    ${slider("P", 0, 5, "padding P")}${slider("D", 1, 4, "dilation D")}${slider("window", 0, 0, "window")}</section>
    <svg role="img"></svg><p class="formula"></p>`;
  const view = frameOf(el, store, html, { draw, sentence });
  const { root } = view;
  const svg = root.querySelector("svg");

  /** The numbers of the picture on screen, with the window that is looked at. */
  function numbers() {
    const { W, F, S, P, D } = store.shown;
    const begins = Array.from(store.frame.begins.data);
    const chosen = Math.min(store.state.window, Math.max(begins.length - 1, 0));
    return { W, F, S, P, D, begins, chosen, reach: (F - 1) * D + 1, left: store.frame.left.data[0] };
  }

  function draw() {
    const { W, F, P, D, begins, chosen } = numbers();
    const reached = store.frame.reached.data;
    const side = Math.min(LARGEST, (room(root, 1000) - 4) / (W + 2 * P));
    const wide = (W + 2 * P) * side + 4;
    const high = LARGEST + 18 + STEP * Math.max(begins.length, 1);
    svg.replaceChildren();
    svg.setAttribute("viewBox", `-2 -2 ${wide} ${high}`);
    svg.setAttribute("width", wide);
    svg.setAttribute("height", high);
    svg.setAttribute("aria-label", sentence());
    for (let t = 0; t < W + 2 * P; t++) {
      const padding = t < P || t >= P + W;
      const lost = !padding && !reached[t];
      const lit = begins.length > 0 && isRead(t - P, begins[chosen], F, D);
      const fill = lost ? "var(--wrong)" : lit ? "var(--mark)" : "var(--bg)";
      const look = { x: t * side, width: side, height: LARGEST, fill, "fill-opacity": lost ? 0.55 : lit ? 0.35 : 1 };
      tag("rect", { ...look, stroke: "var(--edge)", "stroke-dasharray": padding ? "2 2" : "none" }, svg);
    }
    for (let t = 0; t < W + 2 * P; t++) { // above all pixels, since a number may be wider than its own
      const padding = t < P || t >= P + W;
      if (side < WITH_NUMBER && (padding || (t - P) % 5)) continue;
      const label = tag("text", { x: (t + 0.5) * side, y: LARGEST * 0.65, "font-size": 11 }, svg);
      label.textContent = padding ? "0" : `${t - P}`;
    }
    begins.forEach((begin, number) => {
      const y = LARGEST + 12 + number * STEP;
      const gap = side / 12;
      const look = { stroke: number === chosen ? "var(--mark)" : "var(--fg)", "stroke-width": number === chosen ? 4 : 2 };
      for (let p = 0; p < F; p++) {
        const x = (begin + P + p * D) * side + gap;
        tag("line", { x1: x, x2: x + (D > 1 || p === F - 1 ? side - 2 * gap : side), y1: y, y2: y, ...look }, svg);
      }
    });
    root.querySelector("[name=window]").max = Math.max(begins.length - 1, 0);
    root.querySelector(".formula").textContent = formula();
    showSliders(root, store.state);
  }

  function formula() {
    const { W, S, P, F, D, reach } = numbers();
    const value = (W - reach + 2 * P) / S + 1;
    const filter = D > 1 ? `F' = (F \u2212 1) D + 1 = (${F} \u2212 1) ${D} + 1 = ${reach}; ` : "";
    const name = D > 1 ? "F'" : "F";
    return `${filter}(W \u2212 ${name} + 2P) / S + 1 = (${W} \u2212 ${reach} + ${2 * P}) / ${S} + 1 = ${Math.round(value * 100) / 100}`;
  }

  function sentence() {
    const { begins, left } = numbers();
    const fit =
      left < 0
        ? "The filter is larger than the padded row: no window fits."
        : left
          ? `It does not fit: after ${count(begins.length, "window")} ${count(left, "pixel")} remain${left === 1 ? "s" : ""}.`
          : `It fits: ${count(begins.length, "window")}.`;
    return `${fit}${yours(left ? NaN : begins.length)}`;
  }

  function yours(right) {
    const said = store.frame.yours.data[0];
    if (store.frame.refused.data[0]) return Number.isNaN(right) ? " Your function refuses it, as it should." : " Your function refuses it, though it fits.";
    if (Number.isNaN(said)) return "";
    if (Number.isNaN(right)) return ` Your function says ${said}, where an error belongs.`;
    return said === right ? ` Your function says ${said}, too.` : ` Your function says ${said}.`;
  }

  bindSliders(root, store);
  view.paint();
  return view.end;
}

/** Whether the window that begins at `begin` has a weight on this pixel. */
function isRead(pixel, begin, F, D) {
  const offset = pixel - begin;
  return offset >= 0 && offset < F * D && offset % D === 0 && offset / D < F;
}

export default widget(mount);
