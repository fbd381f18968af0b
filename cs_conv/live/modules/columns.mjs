// im2col that one can touch: a column lit in the image, a pixel lit in the columns, and the columns going back.

import { widget } from "./host.mjs";
import { bindGrids, drawGrid, largest, makeGrid, withNumber } from "./grid.mjs";
import { bindPlay, playButton } from "./play.mjs";
import { bindSliders, count, frameOf, showSliders, slider, words } from "./page.mjs";

export function mount(el, store) {
  const html = `<section>${slider("stride", 1, 3)}${slider("pad", 0, 2)}
    <label>column <input type="range" name="shown" min="0" data-lm-suppress-shortcuts="true"><output></output></label>
    ${playButton()}</section>
    <div class="parts"><section class="change" data-kind="pixel"></section><section data-kind="back"></section></div>
    <section data-kind="column"></section>`;
  let grids = { pixel: [], back: [], column: [] };
  let built = "";
  const view = frameOf(el, store, html, { draw, sentence });
  const { root } = view;
  const find = ([kind, plane, i, j]) => {
    const grid = grids[kind]?.[plane];
    return grid && i >= 0 && j >= 0 && i < grid.rows && j < grid.columns ? grid.cells[i * grid.columns + j] : null;
  };
  const flat = ([kind, plane, i, j]) => (plane * grids[kind][plane].rows + i) * grids[kind][plane].columns + j;
  const last = () => (store.frame?.cols.shape[1] ?? 1) - 1;

  function build() {
    const [C, H, W] = store.state.image;
    const { cols, back } = store.frame;
    for (const kind in grids) root.querySelector(`[data-kind=${kind}]`).replaceChildren();
    grids = { pixel: [], back: [], column: [] };
    const add = (kind, plane, rows, columns, title, more = {}) => {
      const parent = root.querySelector(`[data-kind=${kind}]`);
      grids[kind].push(makeGrid(parent, { kind, plane, rows, columns, title, ...more }));
    };
    const channel = (c) => (C > 1 ? `, channel ${c}` : "");
    for (let c = 0; c < C; c++) add("pixel", c, H, W, `image${channel(c)}`, { pad: store.shown.pad });
    for (let c = 0; back && c < C; c++) add("back", c, H, W, `how often col2im adds each pixel${channel(c)}`);
    add("column", 0, cols.shape[0], cols.shape[1], "columns: one for each window", { size: cols.shape[1] > 24 ? 19 : 26 });
  }

  /** The pixels that are lit, and the cells of the matrix that are. */
  function lit() {
    const { frame: { cols, origin }, shown } = store;
    const [kind, , , j] = shown.pick;
    const width = cols.shape[1];
    const found = { pixel: new Set(), column: new Set() };
    if (!find(shown.pick)) return found;
    const mine = flat(shown.pick);
    origin.data.forEach((pixel, q) => {
      if (kind === "column" ? q % width === j : pixel === mine) {
        found.column.add(q);
        if (pixel >= 0) found.pixel.add(pixel);
      }
    });
    return found;
  }

  const isWrong = (q) => store.frame.origin.data[q] !== store.frame.wanted.data[q];

  function draw() {
    const { frame, shown, state } = store;
    const key = JSON.stringify([frame.cols.shape, shown.pad, Boolean(frame.back)]);
    if (key !== built) build();
    built = key;
    const { pixel, column } = lit();
    const picked = find(shown.pick);
    const { x } = store.drawn;
    const top = largest(x);
    const alike = frame.cols.shape.join() === frame.wanted.shape.join();
    for (const grid of grids.pixel) {
      const from = grid.plane * grid.rows * grid.columns;
      drawGrid(grid, { value: (q) => x[from + q], top, on: (q) => pixel.has(from + q), picked });
    }
    for (const grid of grids.back) {
      const from = grid.plane * grid.rows * grid.columns;
      const most = largest(Array.from(frame.back.data));
      drawGrid(grid, { value: (q) => frame.back.data[from + q], top: most, on: (q) => pixel.has(from + q) });
    }
    drawGrid(grids.column[0], {
      value: (q) => frame.cols.data[q], top, picked, on: (q) => column.has(q), bad: (q) => alike && isWrong(q),
      more: (q) => (frame.origin.data[q] === -1 ? ", padding" : ""),
    });
    root.querySelector("[name=shown]").max = last();
    const [kind, , , j] = shown.pick;
    showSliders(root, { ...state, shown: kind === "column" ? j : 0 });
  }

  function sentence() {
    const { frame, shown } = store;
    const [rows, columns] = frame.cols.shape;
    const [high, wide] = frame.wanted.shape;
    const size = rows === high && columns === wide ? "" : ` It should have ${count(high, "row")} and ${count(wide, "column")}.`;
    const wrong = size ? 0 : Array.from(frame.origin.data.keys()).filter(isWrong).length;
    const faults = wrong ? ` ${count(wrong, "number")} of the matrix ${wrong === 1 ? "is" : "are"} from another pixel than they should be.` : "";
    if (!find(shown.pick)) return `The matrix has ${count(rows, "row")} and ${count(columns, "column")}.${size}${faults}`;
    const [kind, , i, j] = shown.pick;
    const { pixel, column } = lit();
    if (kind === "column") return `Column ${j} holds the ${count(pixel.size, "pixel")} that are framed, and ${rows - pixel.size} zeros of the padding.${size}${faults}`;
    const back = frame.back ? ` col2im adds ${words(frame.back.data[flat(shown.pick)])} of ones to it.` : "";
    return `The pixel at row ${i}, column ${j} stands in ${count(column.size, "column")}.${back}${size}${faults}`;
  }

  root.addEventListener("input", (event) => {
    if (event.target.name !== "shown") return;
    event.stopImmediatePropagation();
    store.set({ pick: ["column", 0, 0, Number(event.target.value)] });
  });
  bindSliders(root, store);
  bindPlay(root, {
    get state() { return { column: store.state.pick[0] === "column" ? store.state.pick[3] : -1 }; },
    set: ({ column }) => store.set({ pick: ["column", 0, 0, column] }),
  }, { name: "column", most: last });
  bindGrids(root, {
    find,
    pick: (cell) => {
      const [kind, plane, i, j] = cell.at;
      store.set({ pick: [kind === "back" ? "pixel" : kind, plane, i, j] });
    },
    read: (cell) => (cell.at[0] === "pixel" ? store.state.x[flat(cell.at)] : undefined),
    change: (cell, value) => store.set({ x: withNumber(store.state.x, flat(cell.at), value) }),
    hover: (cell) => cell.at[0] === "column",
  });
  view.paint();
  return view.end;
}

export default widget(mount);
