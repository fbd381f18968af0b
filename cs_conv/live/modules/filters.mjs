// A filter of one's own on a photograph, drawn again with every change of a weight.

import { widget } from "./host.mjs";
import { bindGrids, drawGrid, largest, makeGrid, withNumber } from "./grid.mjs";
import { OWN_KEYS, frameOf } from "./page.mjs";

export function mount(el, store) {
  const options = Object.keys(store.state.starts).map((name) => `<option>${name}</option>`).join("");
  const html = `<section><label>begin with <select ${OWN_KEYS}="true">${options}</select></label>
    <label><input type="checkbox" ${OWN_KEYS}="true"> divide by the sum, if it is not 0</label></section>
    <div class="parts"><section class="change"></section>
    <figure><figcaption>the photograph</figcaption><canvas data-name="image" role="img"></canvas></figure>
    <figure><figcaption>what your function makes of it</figcaption><canvas data-name="answer" role="img"></canvas></figure>
    </div>`;
  const view = frameOf(el, store, html, { draw, sentence });
  const { root } = view;
  const grid = makeGrid(root.querySelector(".change"), { kind: "weight", rows: 3, columns: 3, title: "filter", size: 34 });
  const select = root.querySelector("select");
  const share = root.querySelector("input");

  function draw() {
    const { frame, state } = store;
    drawGrid(grid, { value: (q) => store.drawn.w[q], top: largest(store.drawn.w) });
    select.value = state.name;
    share.checked = Boolean(state.share);
    paint("image", frame.image, (v) => v);
    const most = largest(Array.from(frame.answer.data)) || 1;
    const signed = frame.answer.data.some((v) => v < -0.05 * most);
    paint("answer", frame.answer, signed ? (v) => 0.5 + v / (2 * most) : (v) => v);
  }

  /** Grey pixels, 0 black and 1 white, each drawn as 2 x 2. */
  function paint(name, array, brightness) {
    const canvas = root.querySelector(`[data-name=${name}]`);
    const [rows, columns] = array.shape;
    canvas.width = columns;
    canvas.height = rows;
    canvas.style.width = `${2 * columns}px`;
    canvas.style.maxWidth = "100%";
    canvas.style.imageRendering = "pixelated";
    canvas.setAttribute("aria-label", name === "image" ? "the photograph, in grey" : sentence());
    const pixels = new ImageData(columns, rows);
    array.data.forEach((value, q) => {
      const grey = Math.round(255 * Math.min(1, Math.max(0, brightness(value))));
      pixels.data.set([grey, grey, grey, 255], 4 * q);
    });
    canvas.getContext("2d").putImageData(pixels, 0, 0);
  }

  function sentence() {
    const sum = store.shown.w.reduce((a, b) => a + b, 0);
    const values = Array.from(store.frame.answer.data);
    const low = Math.min(...values).toFixed(2);
    const high = Math.max(...values).toFixed(2);
    const keeps = sum === 0 ? "The weights add up to 0: where nothing changes, the answer is 0, drawn grey." : `The weights add up to ${sum}.`;
    return `${keeps} The answer goes from ${low} to ${high}.`.replaceAll("-", "\u2212");
  }

  select.addEventListener("change", () => store.set({ name: select.value, w: store.state.starts[select.value].slice() }));
  share.addEventListener("change", () => store.set({ share: share.checked ? 1 : 0 }));
  bindGrids(root, {
    find: ([, , i, j]) => (i >= 0 && j >= 0 && i < 3 && j < 3 ? grid.cells[i * 3 + j] : null),
    pick: () => {},
    read: (cell) => store.state.w[cell.at[2] * 3 + cell.at[3]],
    change: (cell, value) => store.set({ w: withNumber(store.state.w, cell.at[2] * 3 + cell.at[3], value) }),
  });
  view.paint();
  return view.end;
}

export default widget(mount);
