// A button that moves a slider step by step, and stops at its end.

import { OWN_KEYS } from "./page.mjs";

const PACE = 600; // milliseconds a step

export function playButton() {
  return `<button type="button" class="play" ${OWN_KEYS}="true">play</button>`;
}

/** Let the button move the number `name` of the state from 0, or from where it is, up to `most()`. */
export function bindPlay(root, store, { name, most }) {
  const button = root.querySelector(".play");
  let timer = 0;

  function stop() {
    clearInterval(timer);
    timer = 0;
    button.textContent = "play";
  }

  function step() {
    if (!root.isConnected || store.state[name] >= most()) stop();
    else store.set({ [name]: store.state[name] + 1 });
  }

  button.addEventListener("click", () => {
    if (timer) {
      stop();
      return;
    }
    if (store.state[name] >= most()) store.set({ [name]: 0 });
    button.textContent = "stop";
    timer = setInterval(step, PACE);
  });
}
