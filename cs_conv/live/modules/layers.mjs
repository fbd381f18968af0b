// A row for each layer of a network in training: its numbers, its filters, and what it makes of one image.

import { count, room } from "./page.mjs";
import { drawTiles, paletteOf, signedColours } from "./tiles.mjs";

const DEAD = 0.5; // a share of dead units above which their bar is a warning
const WIDEST = 970;
const BESIDE = 390; // what stands beside the pictures where there is room
const MAPS = 330; // maps stand beside filters if they have this much room
const NUMBERS = 8; // of each layer, see engine/picture.py

/** Rows in `box`; `draw(frame)` fills them, and makes new ones if the layers are other ones. */
export function layerRows(box, root) {
  let names = "";
  let colours = null;
  let palette = "";

  function make(list) {
    box.innerHTML = list.map(() => `<div class="layer" role="group"><div class="what"><b></b><br><span></span></div><div class="how"></div>
      <div class="seen"><canvas role="img"></canvas><canvas role="img"></canvas></div></div>`).join("");
  }

  function draw(frame) {
    if (frame.layers !== names) make(frame.layers.split("\n"));
    names = frame.layers;
    if (paletteOf(root) !== palette) {
      palette = paletteOf(root);
      colours = signedColours(root);
    }
    let map = 0;
    let tile = 0;
    names.split("\n").forEach((name, n) => {
      const row = box.children[n];
      const [C, H, W, parameters, gradient, update, dead, active] = frame.layer.data.slice(NUMBERS * n, NUMBERS * (n + 1));
      const size = H * W > 1 ? `${H}x${W}x${C}` : `${C}`;
      const learned = parameters ? `, ${parameters.toLocaleString("en")} parameters` : "";
      row.querySelector("b").textContent = name;
      row.querySelector("span").textContent = `${size}${learned}`;
      row.setAttribute("aria-label", `layer ${n + 1}, ${name}, ${size}${learned}`);
      bars(row.querySelector(".how"), [
        [gradient, `gradient ${small(gradient)}`, (Math.log10(gradient) + 5) / 7, false],
        [update, `a step changes ${small(100 * update)}% of it`, (Math.log10(update) + 6) / 6, update > 0.1],
        [dead, `dead units ${Math.round(100 * dead)}%`, dead, dead > DEAD],
        [active, `values above 0: ${Math.round(100 * active)}%`, active, false],
      ]);
      const [filters, maps] = row.querySelectorAll("canvas");
      const [channels, K, FH, FW] = frame.tile_shape.data.slice(4 * n, 4 * n + 4);
      const [shown, rows, columns] = frame.map_shape.data.slice(3 * n, 3 * n + 3);
      const wide = room(root, WIDEST);
      let left = wide > 700 ? wide - BESIDE : wide;
      const [top, largest] = [frame.top.data[2 * n], frame.top.data[2 * n + 1]].map(small);
      filters.hidden = !K;
      filters.style.display = K ? "block" : "none";
      if (K) {
        const look = { count: K * channels, rows: FH, columns: FW, colours, zoom: zoomed(24, FW), room: Math.min(left, 330), gap: 5 };
        drawTiles(filters, frame.tiles.data.subarray(tile), { ...look, across: K });
        filters.setAttribute("aria-label", `${K} filters of ${name}, weights up to ${largest}`);
        if (left > filters.width + MAPS) left -= filters.width + 20;
        filters.title = `${K} filters side by side, their first ${count(channels, "input channel")} one below the other; weights up to ${largest}`;
      }
      drawTiles(maps, frame.maps.data.subarray(map), { count: shown, rows, columns, colours, zoom: zoomed(rows > 4 ? 48 : 128, columns), room: left });
      maps.setAttribute("aria-label", `${shown} of ${C} channels after ${name}, values up to ${top}`);
      maps.title = `${shown} of ${C} channels, values up to ${top}`;
      map += shown * rows * columns;
      tile += K * channels * FH * FW;
    });
  }

  return { draw };
}

function bars(box, list) {
  const there = list.filter(([value]) => !Number.isNaN(value));
  const html = there.map(([, text, share, bad]) => {
    const wide = Math.round(100 * Math.min(1, Math.max(0, share)));
    return `${text}<div class="bar${bad ? " bad" : ""}"><i style="width:${wide}%"></i></div>`;
  }).join("");
  if (box.innerHTML !== html) box.innerHTML = html;
}

/** How large a pixel is drawn, for a picture of about this size. */
const zoomed = (size, pixels) => Math.max(1, Math.round(size / pixels));

const small = (value) => (value === 0 ? "0" : value >= 1e4 || value < 1e-3 ? value.toExponential(1) : Number(value.toPrecision(2)).toString());
