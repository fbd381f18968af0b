// A pattern of layers, typed: boxes for its volumes, with shapes, parameters and receptive field, at each key.

import { widget } from "./host.mjs";
import { OWN_KEYS, bindSliders, count, frameOf, showSliders, slider, tag } from "./page.mjs";

const WIDE = 62; // from one layer to the next
const HIGH = 150; // the tallest box

export function mount(el, store) {
  const html = `<section><label style="flex:1 1 100%">pattern <input type="text" spellcheck="false" ${OWN_KEYS}="true"
    style="flex:1;min-width:12em;font:13px/1.6 ui-monospace,monospace;background:var(--bg);color:var(--fg);border:1px solid var(--edge)"></label>
    ${slider("size", 4, 96, "image")}${slider("filters", 1, 64, "filters of the first CONV")}${slider("units", 1, 256, "units of an FC")}
    </section><figure tabindex="0" role="group" aria-label="the layers"><svg role="img"></svg></figure>`;
  const view = frameOf(el, store, html, { draw, sentence });
  const { root } = view;
  const text = root.querySelector("input[type=text]");
  const svg = root.querySelector("svg");
  svg.style.maxWidth = "none";

  function layers() {
    const { kind, channels, rows, columns, parameters, field } = store.frame;
    return Array.from(kind.data, (k, n) => ({
      name: store.state.kinds[k], C: channels.data[n], H: rows.data[n], W: columns.data[n],
      parameters: parameters.data[n], field: field.data[n],
    }));
  }

  const size = ({ C, H, W }) => (H * W > 1 ? `${H}x${W}x${C}` : `${C}`);

  function draw() {
    const all = layers();
    const most = Math.max(...all.map(({ H }) => H));
    svg.replaceChildren();
    const width = all.length * WIDE + 8;
    svg.setAttribute("viewBox", `0 0 ${width} ${HIGH + 74}`);
    svg.setAttribute("width", width);
    svg.setAttribute("height", HIGH + 74);
    svg.setAttribute("aria-label", all.map((l) => `${l.name} ${size(l)}`).join(", "));
    all.forEach((layer, n) => {
      const high = Math.max(4, (layer.H / most) * HIGH);
      const wide = Math.min(WIDE - 14, 4 + 7 * Math.log2(1 + layer.C));
      const x = n * WIDE + 4 + (WIDE - wide) / 2;
      const fill = layer.parameters ? "var(--positive)" : "var(--edge)";
      const look = { x, y: (HIGH - high) / 2 + 4, width: wide, height: high, fill, "fill-opacity": 0.45, stroke: "var(--fg)" };
      tag("rect", look, svg);
      const lines = [layer.name, size(layer), layer.parameters ? `${layer.parameters.toLocaleString("en")} par.` : "", `sees ${layer.field}`];
      lines.forEach((line, k) => {
        const words = tag("text", { x: n * WIDE + 4 + WIDE / 2, y: HIGH + 22 + 14 * k, "font-size": k ? 10 : 12 }, svg);
        words.textContent = line;
      });
    });
    if (document.activeElement !== text && !root.contains(root.getRootNode().activeElement)) text.value = store.state.pattern;
    showSliders(root, store.state);
  }

  function sentence() {
    const all = layers();
    const total = all.reduce((sum, { parameters }) => sum + parameters, 0);
    const last = all[all.length - 1];
    return `${count(all.length, "layer")}, ${total.toLocaleString("en")} parameters. The result is ${size(last)}, and each number of it sees ${last.field} of ${store.shown.size} rows of the image.`;
  }

  text.value = store.state.pattern;
  text.addEventListener("input", () => store.set({ pattern: text.value }));
  bindSliders(root, store);
  view.paint();
  return view.end;
}

export default widget(mount);
