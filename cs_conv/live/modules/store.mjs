// What a component shows, and how it asks for the next picture.
//
// A component has a state (numbers and lists that a person changes) and a frame (arrays computed from it with
// the learner's own functions). At most one question is on its way, and the newest state wins.

const PATIENCE = 3000; // milliseconds of silence after which it is said that nothing answers

/** `send(state)` resolves to {arrays}, {error} or {silent: true}; `advice` is what helps if nothing answers. */
export function createStore(send, state, frame = null, error = "", advice = "Run the cell that shows it again.") {
  const listeners = new Set();
  let shown = state; // the state that the frame was computed from
  let asked = 0; // the number of the question on its way, 0 if there is none
  let serial = 0;
  let waiting = false; // whether the state has changed since that question
  let silent = false;

  const tell = () => listeners.forEach((listener) => listener());

  async function ask() {
    if (asked && !silent) {
      waiting = true;
      return;
    }
    const mine = (asked = ++serial);
    const about = state;
    waiting = silent = false;
    const timer = setTimeout(() => {
      silent = true;
      tell();
    }, PATIENCE);
    let answer;
    try {
      answer = await send(about);
    } catch {
      answer = { silent: true };
    }
    clearTimeout(timer);
    if (mine !== asked) return; // a later question has overtaken this one
    asked = 0;
    silent = Boolean(answer.silent);
    if (!silent) error = answer.error || "";
    if (answer.arrays) {
      frame = answer.arrays;
      shown = about;
    }
    tell();
    if (waiting) ask();
  }

  return {
    ask,
    get state() { return state; },
    get shown() { return shown; },
    /** The numbers to draw: those of the picture on screen, or if there is no newer one, those that it failed for. */
    get drawn() { return error || silent ? state : shown; },
    get frame() { return frame; },
    get error() { return error; },
    get silent() { return silent; },
    advice,
    set(changes) {
      state = { ...state, ...changes };
      tell();
      ask();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const KINDS = { "<f4": Float32Array, "<f8": Float64Array, "<i4": Int32Array, "|u1": Uint8Array };

/** A header {arrays: [[name, shape, dtype], ...], texts} and its buffers as {arrays: {name: {shape, data} or text}}. */
export function unpack(header, buffers) {
  if (!header.arrays) return header;
  const arrays = { ...header.texts };
  header.arrays.forEach(([name, shape, dtype], i) => {
    const view = buffers[i];
    const bytes = view.buffer ? view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) : view;
    arrays[name] = { shape, data: new KINDS[dtype](bytes) };
  });
  return { arrays };
}
