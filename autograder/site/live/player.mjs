// Plays recorded pictures, one after the other, until a reader touches something.

const PACE = 1300; // milliseconds a picture

export function player(live, stage, el) {
  const { entry, values } = live.part.recorded;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "play";
  el.querySelector(".note").before(button);
  let place = 0;
  let timer = 0;

  function stop() {
    clearInterval(timer);
    timer = 0;
    button.textContent = "Play";
    stage.querySelector(".say")?.setAttribute("aria-live", "polite");
  }

  function step() {
    place += 1;
    if (place >= values.length || document.hidden) stop();
    else live.store.set({ [entry]: values[place] });
  }

  function play() {
    if (place >= values.length - 1) place = -1;
    button.textContent = "Pause";
    stage.querySelector(".say")?.setAttribute("aria-live", "off"); // nobody wants to hear every step
    timer = setInterval(step, PACE);
  }

  button.addEventListener("click", () => (timer ? stop() : play()));
  stage.addEventListener("pointerdown", stop, true);
  stage.addEventListener("keydown", stop, true);
  stage.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse" && timer) stop(); }, true);
  stop();
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) play();
}
