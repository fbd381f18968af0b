// Two curves over the steps of a training: of the batches, and of images that are held out.

import { tag } from "./page.mjs";

const HIGH = 170;
const LEFT = 40;
const BELOW = 34;

/** Draw curves into an SVG of this width. `lines`: [{ points: [[step, value], ...], look, dots }], values 0 to `top`. */
export function drawCurves(svg, { wide, top, last, lines, marks, unit }) {
  const across = (step) => LEFT + (step / Math.max(1, last)) * (wide - LEFT - 12);
  const up = (value) => 8 + (1 - Math.min(1, value / top)) * (HIGH - BELOW - 8);
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${wide} ${HIGH}`);
  svg.setAttribute("width", wide);
  svg.setAttribute("height", HIGH);
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const y = up(part * top);
    tag("line", { x1: LEFT, x2: wide - 12, y1: y, y2: y, stroke: "var(--edge)", "stroke-width": part ? 0.3 : 1 }, svg);
    write(svg, LEFT - 6, y + 4, unit(part * top), "end");
  }
  write(svg, LEFT, HIGH - 18, "0");
  write(svg, wide - 12, HIGH - 18, last.toLocaleString("en"), "end");
  write(svg, (wide + LEFT) / 2, HIGH - 4, "steps");
  marks.forEach((step, n) => {
    tag("line", { x1: across(step), x2: across(step), y1: 8, y2: HIGH - BELOW, stroke: "var(--fg)", "stroke-dasharray": "2 3" }, svg);
    write(svg, across(step) + 3, 16, `${n + 1}`, "start");
  });
  for (const { points, look, dots } of lines) {
    const seen = points.filter(([, value]) => Number.isFinite(value));
    const path = seen.map(([step, value], n) => `${n ? "L" : "M"}${across(step).toFixed(1)},${up(value).toFixed(1)}`).join("");
    if (path) tag("path", { d: path, fill: "none", ...look }, svg);
    for (const [step, value] of dots ? seen : []) tag("circle", { cx: across(step), cy: up(value), r: 2, fill: look.stroke }, svg);
  }
}

function write(svg, x, y, text, anchor = "middle") {
  tag("text", { x, y, "font-size": 11, style: `text-anchor:${anchor}` }, svg).textContent = text;
}
