// Many small pictures on one canvas: the maps of a layer, its filters, an image.

const NAMES = ["--zero", "--high", "--low", "--none"];

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
 * Draw `count` pictures of `rows` x `columns` bytes side by side, each number as `zoom` x `zoom` pixels: as many in
 * a row as fit into `room` pixels, and at most `across`, `gap` pixels apart.
 */
export function drawTiles(canvas, bytes, { count, rows, columns, colours, zoom, room, across = count, gap = 2 }) {
  const apart = columns * zoom + gap;
  const beside = Math.max(1, Math.min(count, across, Math.floor((room + gap) / apart)));
  const wide = beside * apart - gap;
  const high = Math.ceil(count / beside) * (rows * zoom + gap) - gap;
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const pixels = new ImageData(wide, high);
  const whole = new Uint32Array(pixels.data.buffer);
  const words = colours.map(([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r);
  for (let n = 0; n < count; n++) {
    const left = (n % beside) * apart;
    const top = Math.floor(n / beside) * (rows * zoom + gap);
    for (let i = 0; i < rows * zoom; i++) {
      const line = (n * rows + Math.floor(i / zoom)) * columns;
      for (let j = 0; j < columns; j++) {
        const at = (top + i) * wide + left + j * zoom;
        whole.fill(words[bytes[line + j]], at, at + zoom);
      }
    }
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}
