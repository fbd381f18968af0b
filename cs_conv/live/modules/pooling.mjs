// Max pooling that one can touch: the window of an output, the pixel that it takes, ties, and where gradients go.

import { widget } from "./host.mjs";
import { bindGrids, drawGrid, largest, makeGrid, withNumber } from "./grid.mjs";
import { bindSliders, count, frameOf, showSliders, slider, tag, words } from "./page.mjs";

export function mount(el, store) {
  const html = `<section>${slider("size", 1, 4)}${slider("stride", 1, 4)}</section><div class="parts">
    <section class="change" data-kind="pixel"></section><section data-kind="output"></section>
    <section data-kind="switch"></section><section data-kind="gradient"></section></div>`;
  let grids = {};
  let built = "";
  const view = frameOf(el, store, html, { draw, sentence });
  const { root } = view;
  const find = ([kind, , i, j]) => {
    const grid = grids[kind];
    return grid && i >= 0 && j >= 0 && i < grid.rows && j < grid.columns ? grid.cells[i * grid.columns + j] : null;
  };
  const flat = ([kind, , i, j]) => i * grids[kind].columns + j;

  function build() {
    const { out, dx } = store.frame;
    const shapes = {
      pixel: ["image", store.state.image], output: ["maxima", out.shape], switch: ["switches", out.shape],
      gradient: ["gradients of 1 sent back", dx?.shape],
    };
    grids = {};
    for (const kind in shapes) {
      const [title, shape] = shapes[kind];
      const parent = root.querySelector(`[data-kind=${kind}]`);
      parent.replaceChildren();
      if (!shape) continue;
      grids[kind] = makeGrid(parent, { kind, rows: shape[0], columns: shape[1], title });
    }
    const { svg, size } = grids.pixel;
    const side = store.shown.size * size;
    grids.pixel.window = tag("rect", { class: "window", width: side, height: side, "aria-hidden": "true" }, svg);
  }

  /** The pixels in the window of an output, and those of them that hold its largest value. */
  function windowOf(i, j) {
    const { image: [H, W], size, stride } = store.shown;
    const inside = [];
    for (let y = i * stride; y < Math.min(i * stride + size, H); y++) {
      for (let z = j * stride; z < Math.min(j * stride + size, W); z++) inside.push(y * W + z);
    }
    const most = Math.max(...inside.map((q) => store.shown.x[q]));
    return { inside, most, largest: inside.filter((q) => store.shown.x[q] === most) };
  }

  function draw() {
    const { frame, shown, state } = store;
    const key = JSON.stringify([frame.out.shape, shown.size, Boolean(frame.dx)]);
    if (key !== built) build();
    built = key;
    const { out, switches, taken, dx } = frame;
    const { x } = store.drawn;
    const top = largest(x);
    const cell = find(shown.pick);
    const output = cell && shown.pick[0] === "output" ? flat(shown.pick) : -1;
    const mine = output >= 0 ? windowOf(shown.pick[2], shown.pick[3]) : { inside: [], largest: [] };
    const pixel = cell && shown.pick[0] === "pixel" ? flat(shown.pick) : output >= 0 ? taken.data[output] : -1;
    const right = (q) => windowOf(Math.floor(q / out.shape[1]), q % out.shape[1]);
    drawGrid(grids.pixel, {
      value: (q) => x[q], top, on: (q) => q === pixel,
      more: (q) => (mine.largest.length > 1 && mine.largest.includes(q) ? ", tied" : ""),
    });
    drawGrid(grids.output, {
      value: (q) => out.data[q], top, picked: cell,
      on: (q) => q === output || taken.data[q] === pixel,
      bad: (q) => out.data[q] !== right(q).most,
    });
    drawGrid(grids.switch, {
      value: (q) => switches.data[q], top: shown.size ** 2,
      on: (q) => q === output,
      bad: (q) => taken.data[q] !== right(q).largest[0],
    });
    if (dx) drawGrid(grids.gradient, { value: (q) => dx.data[q], top: largest(Array.from(dx.data)), on: (q) => q === pixel });
    const { window, size } = grids.pixel;
    window.style.display = output >= 0 ? "" : "none";
    window.style.transform = `translate(${shown.pick[3] * shown.stride * size}px,${shown.pick[2] * shown.stride * size}px)`;
    showSliders(root, state);
  }

  function sentence() {
    const { frame, shown } = store;
    if (!find(shown.pick)) return `There are ${frame.out.shape.join(" by ")} outputs now: pick one.`;
    const [kind, , i, j] = shown.pick;
    const q = flat(shown.pick);
    if (kind === "pixel") {
      const takers = Array.from(frame.taken.data).filter((pixel) => pixel === q).length;
      const back = frame.dx ? ` Gradients of 1 from all outputs come to ${words(frame.dx.data[q])} here.` : "";
      return `The pixel at row ${i}, column ${j} is ${words(shown.x[q])}. ${count(takers, "window")} took it.${back}`;
    }
    const { most, largest: ties } = windowOf(i, j);
    const W = shown.image[1];
    const place = (pixel) => `row ${Math.floor(pixel / W)}, column ${pixel % W}`;
    const value = `Output (${i}, ${j}) is ${words(frame.out.data[q])}`;
    const asks = frame.out.data[q] === most ? "." : `; the largest value of its window is ${words(most)}.`;
    const taken = frame.taken.data[q];
    const says = taken < 0 ? "which is outside of its window" : `the pixel at ${place(taken)}`;
    const right = taken === ties[0] ? "" : ` The first largest value stands at ${place(ties[0])}.`;
    const tied = ties.length > 1 ? ` ${ties.length} pixels are tied: the first one counts.` : "";
    return `${value}${asks} Its switch is ${words(frame.switches.data[q])}, ${says}.${right}${tied}`;
  }

  bindSliders(root, store);
  bindGrids(root, {
    find,
    pick: (cell) => {
      const [kind, plane, i, j] = cell.at;
      const names = { pixel: "pixel", gradient: "pixel", output: "output", switch: "output" };
      store.set({ pick: [names[kind], plane, i, j] });
    },
    read: (cell) => (cell.at[0] === "pixel" ? store.state.x[flat(cell.at)] : undefined),
    change: (cell, value) => store.set({ x: withNumber(store.state.x, flat(cell.at), value) }),
    hover: (cell) => cell.at[0] === "output" || cell.at[0] === "switch",
  });
  view.paint();
  return view.end;
}

export default widget(mount);
