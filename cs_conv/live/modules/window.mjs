// A convolution that one can touch: what each output reads, what each pixel feeds, forward and backward.

import { widget } from "./host.mjs";
import { bindGrids, drawGrid, largest, makeGrid, withNumber } from "./grid.mjs";
import { bindSliders, count, frameOf, showSliders, slider, tag, words } from "./page.mjs";

const KINDS = { pixel: "x", weight: "w", output: "out" };
const HELP =
  "Arrow keys move, Page Up and Page Down change the grid; digits, + and \u2212 or a sideways drag change a number.";

export function mount(el, store) {
  const html = `<section class="knobs">${slider("stride", 1, 4)}${slider("pad", 0, 3)}</section>
    <div class="parts"><section class="change" data-kind="pixel"></section>
    <section class="change" data-kind="weight"></section><section data-kind="output"></section></div>
    <p class="help">${HELP}</p>`;
  let grids = { pixel: [], weight: [], output: [] };
  let built = "";
  const view = frameOf(el, store, html, { draw, sentence });
  const { root } = view;

  const sizes = () => {
    const [C, H, W] = store.state.image;
    const [K, FH, FW] = store.state.filters;
    const [, OH, OW] = store.frame.out.shape;
    return { C, H, W, K, FH, FW, OH, OW };
  };
  const find = ([kind, plane, i, j]) => {
    const grid = grids[kind]?.[plane];
    return grid && i >= 0 && j >= 0 && i < grid.rows && j < grid.columns ? grid.cells[i * grid.columns + j] : null;
  };
  const flat = ([kind, plane, i, j]) => (plane * grids[kind][plane].rows + i) * grids[kind][plane].columns + j;

  function build() {
    const { C, H, W, K, FH, FW, OH, OW } = sizes();
    const focus = root.contains(document.activeElement) && document.activeElement.at;
    const size = H > 9 || W > 9 ? 19 : 26;
    grids = { pixel: [], weight: [], output: [] };
    const add = (kind, plane, rows, columns, title, pad = 0) => {
      const parent = root.querySelector(`[data-kind=${kind}]`);
      grids[kind].push(makeGrid(parent, { kind, plane, rows, columns, title, pad, size }));
    };
    for (const kind in grids) root.querySelector(`[data-kind=${kind}]`).replaceChildren();
    for (let c = 0; c < C; c++) add("pixel", c, H, W, C > 1 ? `image, channel ${c}` : "image", store.shown.pad);
    for (let k = 0; k < K; k++) {
      for (let c = 0; c < C; c++) add("weight", k * C + c, FH, FW, C > 1 ? `filter ${k}, channel ${c}` : `filter ${k}`);
    }
    for (let k = 0; k < K; k++) add("output", k, OH, OW, `output ${k}`);
    for (const grid of grids.pixel) {
      const { size: side } = grid;
      grid.window = tag("rect", { class: "window", width: FW * side, height: FH * side, "aria-hidden": "true" }, grid.svg);
    }
    if (focus) find(focus)?.focus();
  }

  function draw() {
    const { frame, shown, state } = store;
    const key = JSON.stringify([shown.pad, frame.out.shape, shown.image, shown.filters]);
    if (key !== built) build();
    built = key;
    const joined = joins(shown.pick);
    const values = { pixel: store.drawn.x, weight: store.drawn.w, output: frame.out.data };
    const gradients = { pixel: frame.dx?.data, weight: frame.dw?.data, output: frame.dout?.data };
    for (const kind in grids) {
      const top = largest(Array.from(values[kind]));
      for (const grid of grids[kind]) {
        const start = grid.plane * grid.rows * grid.columns;
        drawGrid(grid, {
          top,
          value: (q) => values[kind][start + q],
          on: (q) => joined[kind].has(start + q),
          bad: (q) => kind === "pixel" && joined.wrong.has(start + q),
          more: (q) => (gradients[kind] ? `, gradient ${words(gradients[kind][start + q])}` : ""),
          picked: find(shown.pick),
        });
      }
    }
    const [kind, , i, j] = shown.pick;
    for (const { window, size } of grids.pixel) {
      window.style.display = kind === "output" && find(shown.pick) ? "" : "none";
      window.style.transform = `translate(${j * shown.stride * size}px,${i * shown.stride * size}px)`;
    }
    showSliders(root, state);
  }

  /**
   * What is joined with the picked cell: the indices of pixels, weights and outputs. For an output also what is
   * wrong: pixels outside its window, pixels of the window that are missing, pixels that meet another weight.
   */
  function joins(place) {
    const sets = ["pixel", "weight", "output", "wanted", "wrong", "outside", "missing", "swapped"];
    const found = { strange: false, ...Object.fromEntries(sets.map((name) => [name, new Set()])) };
    const { reads } = store.frame;
    const { C, H, W, FH, FW, OH, OW } = sizes();
    const { stride, pad } = store.shown;
    if (!find(place) || reads.shape[0] !== OH || reads.shape[1] !== OW) return found;
    const [kind, plane, i, j] = place;
    const weights = C * FH * FW;
    if (kind === "output") {
      found.output.add(flat(place));
      for (let t = 0; t < weights; t++) {
        const pixel = reads.data[(i * OW + j) * weights + t];
        const row = i * stride - pad + (Math.floor(t / FW) % FH);
        const column = j * stride - pad + (t % FW);
        const inside = row >= 0 && column >= 0 && row < H && column < W;
        const right = inside ? (Math.floor(t / (FH * FW)) * H + row) * W + column : -1;
        if (inside) found.wanted.add(right);
        if (pixel === -2) found.strange = true;
        if (pixel < 0) continue;
        found.pixel.add(pixel);
        found.weight.add(plane * weights + t);
        if (pixel !== right) found.wrong.add(pixel);
      }
      for (const pixel of found.wrong) (found.wanted.has(pixel) ? found.swapped : found.outside).add(pixel);
      for (const pixel of found.wanted) if (!found.pixel.has(pixel)) found.missing.add(pixel);
    } else if (kind === "pixel") {
      const mine = flat(place);
      found.pixel.add(mine);
      for (let o = 0; o < OH * OW; o++) {
        for (let t = 0; t < weights; t++) {
          if (reads.data[o * weights + t] !== mine) continue;
          for (let k = 0; k < store.shown.filters[0]; k++) {
            found.output.add(k * OH * OW + o);
            found.weight.add(k * weights + t);
          }
        }
      }
    } else {
      found.weight.add(flat(place));
      const t = flat(place) % weights;
      for (let o = 0; o < OH * OW; o++) if (reads.data[o * weights + t] >= 0) found.pixel.add(reads.data[o * weights + t]);
    }
    return found;
  }

  function sentence() {
    const { frame, shown } = store;
    const cell = find(shown.pick);
    if (!cell) return `The output is now ${frame.out.shape.join(" by ")}: pick a number.`;
    const [kind, plane, i, j] = shown.pick;
    const joined = joins(shown.pick);
    const q = flat(shown.pick);
    if (kind === "output") {
      const value = words(frame.out.data[q]);
      const back = frame.dx ? ` Its gradient of 1 goes back to ${count(Array.from(frame.dx.data).filter((v) => v).length, "pixel")}.` : "";
      return `Output ${plane} at row ${i}, column ${j} is ${value}. Your function reads ${count(joined.pixel.size, "pixel")} for it${verdict(joined)}${back}`;
    }
    if (kind === "pixel") {
      const back = frame.dx ? ` If each output sends 1, the gradient that arrives here is ${words(frame.dx.data[q])}.` : "";
      return `The pixel at row ${i}, column ${j} is ${words(shown.x[q])}. It feeds ${count(joined.output.size, "output")}.${back}`;
    }
    const back = frame.dw ? ` If each output sends 1, the gradient of this weight is ${words(frame.dw.data[q])}.` : "";
    return `This weight is ${words(shown.w[q])}. It meets ${count(joined.pixel.size, "pixel")}.${back}`;
  }

  function verdict({ outside, missing, swapped, strange }) {
    if (strange) return ", but not as a sum of single products.";
    const faults = [
      [outside.size, "outside its window"],
      [missing.size, "of its window missing"],
      [swapped.size, "with another weight than theirs"],
    ];
    const said = faults.filter(([number]) => number).map(([number, where]) => `${number} ${where}`);
    return said.length ? `: ${said.join(", ")}.` : ", each with its own weight.";
  }

  function change(cell, value) {
    const name = KINDS[cell.at[0]];
    store.set({ [name]: withNumber(store.state[name], flat(cell.at), value) });
  }

  bindSliders(root, store);
  bindGrids(root, {
    find,
    change,
    pick: (cell) => store.set({ pick: cell.at }),
    read: (cell) => (cell.at[0] === "output" ? undefined : store.state[KINDS[cell.at[0]]][flat(cell.at)]),
    hover: (cell) => cell.at[0] === "output",
  });
  view.paint();
  return view.end;
}

export default widget(mount);
