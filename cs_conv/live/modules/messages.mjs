// The gradient that arrives at an image: one output after the other sends its message to the pixels that it read.

import { widget } from "./host.mjs";
import { bindGrids, drawGrid, largest, makeGrid, withNumber } from "./grid.mjs";
import { bindPlay, playButton } from "./play.mjs";
import { bindSliders, count, frameOf, showSliders, slider, words } from "./page.mjs";

const NUMBERS = { sent: "dout", weight: "w" };

export function mount(el, store) {
  const html = `<section>${slider("stride", 1, 4)}${slider("pad", 0, 3)}${slider("sent", 0, 9, "outputs that have sent")}
    ${playButton()}</section><div class="parts"><section class="change" data-kind="sent"></section>
    <section class="change" data-kind="weight"></section><section data-kind="yours"></section>
    <section data-kind="right"></section></div>`;
  let grids = {};
  let built = "";
  const view = frameOf(el, store, html, { draw, sentence });
  const { root } = view;
  const find = ([kind, , i, j]) => {
    const grid = grids[kind];
    return grid && i >= 0 && j >= 0 && i < grid.rows && j < grid.columns ? grid.cells[i * grid.columns + j] : null;
  };
  const flat = ([kind, , i, j]) => i * grids[kind].columns + j;
  const outputs = () => store.frame?.dout.data.length ?? 0;

  function build() {
    const titles = { sent: "what the outputs send", weight: "filter", yours: "arrives at x: yours", right: "right" };
    const shapes = {
      sent: store.frame.dout.shape, weight: store.shown.filter, yours: store.frame.dx.shape, right: store.frame.right.shape,
    };
    for (const kind in titles) {
      const parent = root.querySelector(`[data-kind=${kind}]`);
      parent.replaceChildren();
      const [rows, columns] = shapes[kind];
      grids[kind] = makeGrid(parent, { kind, rows, columns, title: titles[kind] });
    }
  }

  function draw() {
    const { frame, shown, state } = store;
    const key = JSON.stringify([frame.dout.shape, frame.dx.shape, shown.filter]);
    if (key !== built) build();
    built = key;
    const { dout, dx, right, last } = frame;
    const top = Math.max(largest(Array.from(right.data)), largest(Array.from(dx.data)));
    const arrived = Math.min(shown.sent, outputs());
    drawGrid(grids.sent, {
      value: (q) => dout.data[q],
      top: largest(Array.from(dout.data)),
      on: (q) => q === arrived - 1,
      more: (q) => (q < arrived ? ", sent" : ", not sent yet"),
    });
    grids.sent.cells.forEach((cell, q) => { cell.style.opacity = q < arrived ? 1 : 0.35; });
    drawGrid(grids.weight, { value: (q) => store.drawn.w[q], top: largest(store.drawn.w) });
    drawGrid(grids.yours, {
      value: (q) => dx.data[q], top, on: (q) => last.data[q] !== 0, bad: isWrong,
      more: (q) => (isWrong(q) ? ", wrong" : ""),
    });
    drawGrid(grids.right, { value: (q) => right.data[q], top, on: (q) => last.data[q] !== 0 });
    root.querySelector("[name=sent]").max = outputs();
    showSliders(root, state);
  }

  function isWrong(q) {
    const { dx, right } = store.frame;
    return !(Math.abs(dx.data[q] - right.data[q]) <= 1e-9 * Math.max(1, Math.abs(right.data[q])));
  }

  function sentence() {
    const { frame, shown } = store;
    const arrived = Math.min(shown.sent, outputs());
    const wrong = Array.from(frame.dx.data).filter((_, q) => isWrong(q)).length;
    const equal = wrong ? `${count(wrong, "pixel")} of yours ${wrong === 1 ? "is" : "are"} not right.` : "Yours is right so far.";
    if (!arrived) return `No output has sent anything. ${equal}`;
    const [, columns] = frame.dout.shape;
    const place = `row ${Math.floor((arrived - 1) / columns)}, column ${(arrived - 1) % columns}`;
    const sends = `The output at ${place} sends ${words(frame.dout.data[arrived - 1])} times its weights to the framed pixels.`;
    return `${sends} ${equal}`;
  }

  bindSliders(root, store);
  bindPlay(root, store, { name: "sent", most: outputs });
  bindGrids(root, {
    find,
    pick: (cell) => { if (cell.at[0] === "sent") store.set({ sent: flat(cell.at) + 1 }); },
    read(cell) {
      const numbers = store.state[NUMBERS[cell.at[0]]];
      return numbers?.[flat(cell.at) % numbers.length];
    },
    change(cell, value) {
      const name = NUMBERS[cell.at[0]];
      const numbers = store.state[name];
      store.set({ [name]: withNumber(numbers, flat(cell.at) % numbers.length, value) });
    },
  });
  view.paint();
  return view.end;
}

export default widget(mount);
