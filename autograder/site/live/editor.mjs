// The reader's own code below a live part: run it, let the course check it, take the first version back.

import { python } from "./python.mjs";

const CHECK_LIMIT = 60_000; // milliseconds that a check may take

export function editor(live, el) {
  const { code, given, checks, recorded } = live.part;
  const id = `code-${live.key}`;
  const inner = `<label for="${id}">${given ? "The code that draws it" : "Your code"}</label>
    <textarea id="${id}" spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off" rows="${code.split("\n").length}"></textarea>
    <p class="buttons"><button type="button" class="run">Run</button>${checks.map((name) => `<button type="button" class="check" data-name="${name}">Check ${name}</button>`).join("")}
    <button type="button" class="restore">${given ? "Restore" : "Back to the course's own"}</button></p>
    <pre class="trace" role="status" tabindex="0" hidden></pre><div class="verdict" role="status"></div>`;
  const open = `<details class="editor"><summary>${live.part.component === "trainer" ? "Train" : "Draw"} it with functions of your own</summary>${inner}</details>`;
  el.insertAdjacentHTML("beforeend", given ? `<div class="editor">${inner}</div>` : open);
  const text = el.querySelector("textarea");
  const trace = el.querySelector(".trace");
  const verdict = el.querySelector(".verdict");
  let turn = 0; // counts what was run: an answer about code of an earlier turn is not shown
  text.value = code;

  live.show = (said) => {
    trace.textContent = said || "";
    trace.hidden = !said;
  };

  /** Take over the code; the number of this turn, or 0 if the code cannot be used or is of an earlier turn. */
  async function define() {
    const mine = ++turn;
    verdict.replaceChildren();
    live.show("");
    live.use(text.value);
    await live.begin();
    live.waiting = !python.ready;
    if (!python.started) return 0; // the reader has to agree first
    try {
      const problem = await live.define();
      if (mine !== turn) return 0;
      live.show(problem);
      return problem ? 0 : mine;
    } catch (problem) {
      if (mine === turn) live.show(live.end(problem));
      return 0;
    }
  }

  async function run() {
    if (await define()) live.draw();
  }

  async function check(name) {
    const mine = await define();
    if (!mine) return;
    live.draw();
    verdict.textContent = "Checking.";
    try {
      const { html, problem } = await python.ask({ kind: "check", key: live.key, name }, CHECK_LIMIT);
      if (mine !== turn) return;
      verdict.innerHTML = html ?? "";
      if (problem) live.show(live.stopped || problem);
    } catch (problem) {
      if (mine !== turn) return;
      verdict.replaceChildren();
      live.show(live.end(problem));
    }
  }

  function restore() {
    turn += 1;
    text.value = code;
    verdict.replaceChildren();
    live.show("");
    live.use("");
    if (recorded || python.ready) live.draw();
  }

  el.querySelector(".run").addEventListener("click", run);
  el.querySelector(".restore").addEventListener("click", restore);
  for (const button of el.querySelectorAll(".check")) button.addEventListener("click", () => check(button.dataset.name));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      run();
    } else if (event.key === "Enter") {
      event.preventDefault();
      indent(text);
    }
  });
}

/** A new line that begins where the last one began, four further after a colon. */
function indent(text) {
  const before = text.value.slice(0, text.selectionStart);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const space = line.match(/^ */)[0] + (line.trimEnd().endsWith(":") ? "    " : "");
  text.setRangeText(`\n${space}`, text.selectionStart, text.selectionEnd, "end");
}
