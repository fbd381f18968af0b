// A heat map over a mosaic of clothes: where does the network see the class that is looked for?

import { widget } from "./host.mjs";
import { bindGrids, drawGrid, makeGrid } from "./grid.mjs";
import { OWN_KEYS, bindSliders, frameOf, showSliders, slider } from "./page.mjs";

const SIDE = 28; // the rows and columns of one picture: what one place sees
const ZOOM = 4; // how large a pixel of the mosaic is drawn

export function mount(el, store) {
  const options = store.state.classes.map((name, k) => `<option value="${k}">${name}</option>`).join("");
  const html = `<section><label>look for <select ${OWN_KEYS}="true">${options}</select></label>
    ${slider("mosaic", 0, 30)}</section><div class="parts">
    <figure><figcaption>the mosaic; the frame is what one place sees</figcaption><div class="stage" style="position:relative">
    <canvas role="img" style="image-rendering:pixelated;max-width:100%;display:block"></canvas>
    <svg aria-hidden="true" style="position:absolute;left:0;top:0"><rect class="window"></rect></svg></div></figure>
    <section data-kind="heat"></section></div>`;
  const view = frameOf(el, store, html, { draw, sentence });
  const { root } = view;
  const select = root.querySelector("select");
  const canvas = root.querySelector("canvas");
  const svg = root.querySelector(".stage svg");
  let grid = null;
  const find = ([, , i, j]) => (grid && i >= 0 && j >= 0 && i < grid.rows && j < grid.columns ? grid.cells[i * grid.columns + j] : null);

  function draw() {
    const { frame, shown, state } = store;
    const [rows, columns] = frame.heat.shape;
    if (!grid || grid.rows !== rows || grid.columns !== columns) {
      const parent = root.querySelector("[data-kind=heat]");
      parent.replaceChildren();
      grid = makeGrid(parent, { kind: "heat", rows, columns, title: "per cent sure", size: 19 });
    }
    drawGrid(grid, { value: (q) => Math.round(100 * frame.heat.data[q]), top: 100, picked: find(["heat", 0, ...shown.place]) });
    paint(frame.image);
    const [high, wide] = frame.image.shape;
    const place = placeOf();
    const look = { x: place.x * ZOOM, y: place.y * ZOOM, width: SIDE * ZOOM, height: SIDE * ZOOM };
    svg.setAttribute("viewBox", `0 0 ${wide * ZOOM} ${high * ZOOM}`);
    svg.style.width = canvas.style.width;
    svg.style.maxWidth = "100%";
    const rect = svg.querySelector("rect");
    for (const key in look) rect.setAttribute(key, look[key]);
    rect.style.stroke = "#56b4e9";
    select.value = state.kind;
    showSliders(root, state);
  }

  /** The corner of what the chosen place sees. */
  function placeOf() {
    const { frame, shown } = store;
    const step = (n, places) => (places > 1 ? (n - SIDE) / (places - 1) : 0);
    const [i, j] = shown.place;
    const y = Math.min(i, frame.heat.shape[0] - 1) * step(frame.image.shape[0], frame.heat.shape[0]);
    const x = Math.min(j, frame.heat.shape[1] - 1) * step(frame.image.shape[1], frame.heat.shape[1]);
    return { x, y };
  }

  function paint(image) {
    const [rows, columns] = image.shape;
    canvas.width = columns;
    canvas.height = rows;
    canvas.style.width = `${ZOOM * columns}px`;
    canvas.setAttribute("aria-label", "nine pictures of clothes, in grey");
    const pixels = new ImageData(columns, rows);
    image.data.forEach((value, q) => {
      const grey = Math.round(255 * Math.min(1, Math.max(0, value)));
      pixels.data.set([grey, grey, grey, 255], 4 * q);
    });
    canvas.getContext("2d").putImageData(pixels, 0, 0);
  }

  function sentence() {
    const { frame, shown } = store;
    const [rows, columns] = frame.heat.shape;
    const [i, j] = [Math.min(shown.place[0], rows - 1), Math.min(shown.place[1], columns - 1)];
    const q = i * columns + j;
    const hot = Array.from(frame.heat.data).filter((p) => p > 0.5).length;
    const per = (p) => `${Math.round(100 * p)} per cent`;
    const best = `${store.state.classes[frame.best.data[q]]}, ${per(frame.sure.data[q])}`;
    const name = store.state.classes[shown.kind];
    return `${hot} of ${rows * columns} places are more than half sure to see: ${name}. At row ${i}, column ${j} the network sees: ${best}.`;
  }

  select.addEventListener("change", () => store.set({ kind: Number(select.value) }));
  bindSliders(root, store);
  bindGrids(root, { find, pick: (cell) => store.set({ place: [cell.at[2], cell.at[3]] }), read: () => undefined, change: () => {} });
  view.paint();
  return view.end;
}

export default widget(mount);
