// Many small pictures on one canvas: the maps of a layer, its filters, an image.

const NAMES = ["--bg", "--positive", "--negative", "--wrong"];

/** The colours that are used now, as one text: they change with the theme, and are none before there is a page. */
export const paletteOf = (root) => NAMES.map((name) => getComputedStyle(root).getPropertyValue(name)).join();

/** For each byte the colour of its value: 128 is 0, 255 the largest, 1 the smallest; 0 is no number. */
export function signedColours(root) {
  const [ground, positive, negative, wrong] = NAMES.map((name) => rgb(root, name));
  return Array.from({ length: 256 }, (_, byte) => {
    if (!byte) return wrong;
    const share = Math.abs(byte - 128) / 127;
    const tone = byte > 128 ? positive : negative;
    return ground.map((part, q) => Math.round(part + (tone[q] - part) * share));
  });
}

/** Greys, 0 black. */
export const GREYS = Array.from({ length: 256 }, (_, byte) => [byte, byte, byte]);

function rgb(root, name) {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  pen.fillStyle = getComputedStyle(root).getPropertyValue(name).trim();
  pen.fillRect(0, 0, 1, 1);
  return Array.from(pen.getImageData(0, 0, 1, 1).data.slice(0, 3));
}

/**
 * Draw `count` pictures of `rows` x `columns` bytes from `bytes` on, side by side, as many as fit into `room` pixels,
 * each about `size` pixels wide, at most `across` in a row.
 */
export function drawTiles(canvas, bytes, { count, rows, columns, colours, size, room, across = 0 }) {
  const zoom = Math.max(1, size / columns);
  const gap = Math.max(1, Math.round(3 / zoom));
  const fits = Math.max(1, Math.floor(room / ((columns + gap) * zoom)));
  const beside = Math.min(count, across || fits, fits);
  const wide = beside * (columns + gap) - gap;
  const high = Math.ceil(count / beside) * (rows + gap) - gap;
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  canvas.style.width = `${Math.round(wide * zoom)}px`;
  const pixels = new ImageData(wide, high); // between pictures it is transparent
  for (let n = 0; n < count; n++) {
    const left = (n % beside) * (columns + gap);
    const top = Math.floor(n / beside) * (rows + gap);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const [r, g, b] = colours[bytes[(n * rows + i) * columns + j]];
        const at = 4 * ((top + i) * wide + left + j);
        pixels.data[at] = r;
        pixels.data[at + 1] = g;
        pixels.data[at + 2] = b;
        pixels.data[at + 3] = 255;
      }
    }
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}
