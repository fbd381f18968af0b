// A matrix as a grid of cells that can be picked, and changed by dragging or typing.

import { OWN_KEYS, tag, words } from "./page.mjs";

/** A grid of `rows` x `columns` cells in `parent`; `pad` empty cells around it. A cell knows its place, `cell.at`. */
export function makeGrid(parent, { kind, plane = 0, rows, columns, title, pad = 0, size = 26 }) {
  const figure = document.createElement("figure");
  figure.innerHTML = `<figcaption>${title}</figcaption>`;
  parent.append(figure);
  const width = (columns + 2 * pad) * size;
  const height = (rows + 2 * pad) * size;
  const box = { viewBox: `-2 -2 ${width + 4} ${height + 4}`, width: width + 4, height: height + 4, role: "grid", "aria-label": title };
  const svg = tag("svg", box, figure);
  if (pad) tag("rect", { class: "rim", width, height }, svg);
  const cells = [];
  for (let i = 0; i < rows; i++) {
    const row = tag("g", { role: "row" }, svg);
    for (let j = 0; j < columns; j++) {
      const place = `translate(${(j + pad) * size},${(i + pad) * size})`;
      const first = i === 0 && j === 0;
      const cell = tag("g", { class: "cell", role: "gridcell", tabindex: first ? 0 : -1, transform: place }, row);
      cell.setAttribute(OWN_KEYS, "true");
      cell.value = tag("rect", { class: "value", width: size, height: size }, cell);
      cell.label = tag("text", { x: size / 2, y: size * 0.64 }, cell);
      tag("rect", { class: "mark", x: 2, y: 2, width: size - 4, height: size - 4 }, cell);
      tag("rect", { class: "ring", width: size, height: size }, cell);
      cell.at = [kind, plane, i, j];
      cells.push(cell);
    }
  }
  return { svg, cells, rows, columns, pad, size, title, kind, plane };
}

/** Draw values into a grid: `value(q)` by flat index, `on(q)` and `bad(q)` for frames, `more(q)` for a screen reader. */
export function drawGrid(grid, { value, top, on = () => false, bad = () => false, more = () => "", picked = null }) {
  grid.cells.forEach((cell, q) => {
    const number = value(q);
    const text = words(number);
    const amount = 3 * Math.round(25 * Math.min(1, Math.abs(number) / Math.max(top, 1e-9))); // few tones, few repaints
    const label = `${grid.title}, row ${cell.at[2]}, column ${cell.at[3]}: ${text}${more(q)}`;
    const now = `${label} ${amount} ${on(q)} ${bad(q)} ${cell === picked}`;
    if (cell.was === now) return;
    cell.was = now;
    cell.label.textContent = text;
    cell.label.setAttribute("font-size", (grid.size * 0.4 * Math.min(1, 3.2 / text.length)).toFixed(1));
    cell.classList.toggle("on", on(q));
    cell.classList.toggle("bad", bad(q));
    cell.setAttribute("aria-label", label);
    cell.setAttribute("aria-selected", String(cell === picked));
    const tone = number > 0 ? "var(--positive)" : "var(--negative)";
    cell.value.style.fill = `color-mix(in oklab, var(--bg), ${tone} ${amount}%)`;
  });
}

/** The numbers with a new one at `q`, from -99 to 99 in steps of a half; unchanged if `value` is not a number. */
export function withNumber(numbers, q, value) {
  if (!Number.isFinite(value)) return numbers;
  const changed = numbers.slice();
  changed[q] = Math.round(Math.max(-99, Math.min(99, value)) * 2) / 2;
  return changed;
}

/** The largest size among values, for the strongest colour. */
export const largest = (values) => values.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 0);

/**
 * Mouse, touch and keyboard for the grids of a component. `find(place)` gives a cell, `pick(cell)` is called for
 * the one that is chosen, and `change(cell, value)` for a new number; `read(cell)` gives the present one, or
 * undefined for a cell whose number cannot be changed.
 */
export function bindGrids(root, { find, pick, change, read, hover = () => false }) {
  let typed = "";
  let drag = null;

  function go(cell) {
    typed = "";
    for (const other of cell.ownerSVGElement.querySelectorAll(".cell[tabindex='0']")) other.setAttribute("tabindex", -1);
    cell.setAttribute("tabindex", 0);
    cell.focus();
    pick(cell);
  }

  root.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.(".cell");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const [kind, plane, i, j] = cell.at;
    const moves = {
      ArrowUp: [plane, i - 1, j], ArrowDown: [plane, i + 1, j], ArrowLeft: [plane, i, j - 1],
      ArrowRight: [plane, i, j + 1], PageUp: [plane - 1, i, j], PageDown: [plane + 1, i, j],
    };
    const now = read(cell);
    if (moves[event.key]) {
      const next = find([kind, ...moves[event.key]]);
      if (next) go(next);
    } else if (event.key === "Enter" || event.key === " ") {
      typed = "";
      pick(cell);
    } else if (now === undefined) {
      return;
    } else if (event.key === "+" || event.key === "=") {
      change(cell, now + 0.5);
    } else if (event.key === "-" && !typed) {
      typed = "-";
      change(cell, now - 0.5);
    } else if (/^[0-9.]$/.test(event.key)) {
      typed += event.key;
      change(cell, Number(typed));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  root.addEventListener("pointerdown", (event) => {
    const cell = event.target.closest?.(".cell");
    if (!cell) return;
    go(cell);
    if (read(cell) === undefined) return;
    drag = { at: cell.at, x: event.clientX, value: read(cell) };
    root.setPointerCapture(event.pointerId);
  });
  root.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const cell = find(drag.at);
    const value = drag.value + Math.round((event.clientX - drag.x) / 6) * 0.5;
    if (cell && value !== read(cell)) change(cell, value);
  });
  for (const end of ["pointerup", "pointercancel"]) root.addEventListener(end, () => { drag = null; });
  root.addEventListener("pointerover", (event) => {
    const cell = event.target.closest?.(".cell");
    if (cell && !drag && event.pointerType === "mouse" && hover(cell)) pick(cell);
  });
}
