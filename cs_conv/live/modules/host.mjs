// A component in Jupyter: the kernel computes each picture. (On a page a worker does; see the site.)

import { createStore, unpack } from "./store.mjs";

const STILL = 20; // tries, 50 ms apart, to find the still picture above a component

/** An anywidget from `mount(el, store)`. Views of one widget share a store, and so move together. */
export function widget(mount) {
  return () => {
    let store;
    return {
      initialize({ model }) {
        store = kernelStore(model);
      },
      render({ el }) {
        hideStill(el, STILL);
        return mount(el, store);
      },
    };
  };
}

function kernelStore(model) {
  const open = new Map();
  let number = 0; // ids are numbers: ipykernel keeps messages whose id is a text
  let rest;
  const send = (state) =>
    new Promise((resolve) => {
      const id = ++number;
      open.clear();
      open.set(id, resolve);
      model.send({ kind: "ask", id, state });
    });
  const first = model.get("first");
  const begun = unpack(first.header, first.buffers);
  const store = createStore(send, model.get("state"), begun.arrays, begun.error);
  model.on("msg:custom", (message, buffers) => {
    if (message.kind === "refresh") store.ask();
    if (message.kind !== "answer") return;
    open.get(message.id)?.(unpack(message, buffers));
    open.delete(message.id);
  });
  store.subscribe(() => {
    clearTimeout(rest);
    rest = setTimeout(() => {
      if (model.get("state") === store.state) return;
      model.set("state", store.state);
      model.save_changes();
    }, 400);
  });
  return store;
}

/** In JupyterLab the output above is the still picture, for readers without a kernel. */
function hideStill(el, tries) {
  const mine = el.closest(".jp-OutputArea-child");
  const still = mine?.previousElementSibling;
  if (!mine && tries) setTimeout(hideStill, 50, el, tries - 1); // not attached yet
  if (still?.querySelector(".jp-RenderedSVG")) still.style.display = "none";
}
