// The receptive field: one output sends a 1 back through three layers, and the pixels that it reaches light up.

import { widget } from "./host.mjs";
import { bindGrids, drawGrid, largest, makeGrid } from "./grid.mjs";
import { bindSliders, count, frameOf, showSliders, slider, words } from "./page.mjs";

const TITLES = { third: "input of layer 3", second: "input of layer 2", first: "the image" };

export function mount(el, store) {
  const html = `<section>${slider("first", 1, 4, "dilation of layer 1")}${slider("second", 1, 4, "of layer 2")}
    ${slider("third", 1, 4, "of layer 3")}</section>
    <div class="parts">${Object.keys(TITLES).map((kind) => `<section data-kind="${kind}"></section>`).join("")}</div>`;
  const grids = {};
  const view = frameOf(el, store, html, { draw, sentence });
  const { root } = view;
  const find = ([kind, , i, j]) => {
    const grid = grids[kind];
    return grid && i >= 0 && j >= 0 && i < grid.rows && j < grid.columns ? grid.cells[i * grid.columns + j] : null;
  };

  function draw() {
    const { frame, shown, state } = store;
    for (const kind in TITLES) {
      const [rows, columns] = frame[kind].shape;
      const parent = root.querySelector(`[data-kind=${kind}]`);
      grids[kind] ??= makeGrid(parent, { kind, rows, columns, title: TITLES[kind], size: 19 });
      const numbers = frame[kind].data;
      const bad = (q) => kind === "first" && isWrong(q);
      drawGrid(grids[kind], {
        value: (q) => numbers[q], top: largest(Array.from(numbers)), bad, picked: find([kind, 0, ...shown.place]),
        more: (q) => (bad(q) ? ", wrong" : numbers[q] ? ", reached" : ""),
      });
    }
    showSliders(root, state);
  }

  const isWrong = (q) => !(Math.abs(store.frame.first.data[q] - store.frame.right.data[q]) <= 1e-9);

  function sentence() {
    const { frame: { first }, shown: { place } } = store;
    const [height, width] = first.shape;
    const reached = Array.from(first.data.keys()).filter((q) => first.data[q] !== 0);
    const rows = new Set(reached.map((q) => Math.floor(q / width)));
    const columns = new Set(reached.map((q) => q % width));
    const wrong = Array.from(first.data.keys()).filter(isWrong).length;
    const faults = wrong ? ` ${count(wrong, "pixel")} of yours ${wrong === 1 ? "is" : "are"} not right.` : "";
    const span = (set) => (set.size ? Math.max(...set) - Math.min(...set) + 1 : 0);
    const size = `over ${count(span(rows), "row")} and ${count(span(columns), "column")}`;
    const most = largest(Array.from(first.data));
    return `The output at row ${place[0]}, column ${place[1]} depends on ${reached.length} of ${height * width} pixels, ${size}; on some of them in ${words(most)} way${most === 1 ? "" : "s"}.${faults}`;
  }

  bindSliders(root, store);
  bindGrids(root, {
    find,
    pick: (cell) => store.set({ place: [cell.at[2], cell.at[3]] }),
    read: () => undefined,
    change: () => {},
  });
  view.paint();
  return view.end;
}

export default widget(mount);
