// What JupyterLite's own page does not do: it says what is loading, links to the site and to one's work, keeps
// everything for a visit without a network, and asks the browser not to throw work away.

const strip = document.createElement("div");
strip.id = "cs-conv";
strip.innerHTML = `<span role="status"></span><span class="time" aria-hidden="true"></span> <a href="../../">The site</a> <a href="../work.html">Your work: save or load it</a>`;
const style = document.createElement("style");
style.textContent = `
#cs-conv { position: fixed; bottom: 0; left: 50%; transform: translateX(-50%); z-index: 20; height: 24px; padding: 0 12px;
  font: 13px/24px system-ui, sans-serif; white-space: nowrap; background: #fff; color: #222; border-radius: 6px 6px 0 0; }
#cs-conv a { color: #0b57d0; margin-left: 12px; }
#cs-conv-phone { position: fixed; inset: 0 0 auto 0; z-index: 30; padding: 12px; background: #fff3cd; color: #222;
  font: 15px/1.4 system-ui, sans-serif; }
#cs-conv-phone button { min-height: 32px; margin-left: 8px; }
body[data-jp-theme-light="false"] #cs-conv { background: #111; color: #ddd; }
body[data-jp-theme-light="false"] #cs-conv a { color: #8ab4f8; }`;
document.head.append(style);
document.body.append(strip);
const status = strip.querySelector("[role=status]");
const time = strip.querySelector(".time");

// --- Python's start

const FAILED = 120_000;
let began = 0; // when a notebook was first open: without one, Python is not asked for
let loading = "";

navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data?.csConv === "fetching") loading = data.name;
});

const kernel = () => document.querySelector("#jp-main-statusbar")?.textContent ?? "";

/** What is said is read aloud where it changes; the seconds are not. */
function say(text, seconds = "") {
  if (status.textContent !== text) status.textContent = text;
  time.textContent = seconds;
}

function watch() {
  if (/\| Idle/.test(kernel())) {
    say("");
    keepEverything();
    return;
  }
  if (document.querySelector(".jp-NotebookPanel")) began ||= performance.now();
  const passed = performance.now() - began;
  if (began && passed > FAILED && !/\| Busy/.test(kernel())) {
    say("Python has not started. Reload the page; it needs a browser of the last two years.");
  } else if (began) {
    say(`Starting Python in your browser${loading && `: ${loading}`}`, ` (${Math.round(passed / 1000)} s)`);
  }
  setTimeout(watch, 500);
}
watch();

// --- without a network

function keepEverything() {
  const worker = navigator.serviceWorker?.controller;
  if (worker && !navigator.connection?.saveData) worker.postMessage({ csConv: "keep" });
  navigator.storage?.persist?.();
}

// --- a phone

if (matchMedia("(max-width: 640px)").matches) {
  const note = document.createElement("div");
  note.id = "cs-conv-phone";
  note.innerHTML = `To write code you need a wider screen. On a phone, <a href="../../">read the lessons on the site</a>:
    their pictures can be touched there.<button>Go on here</button>`;
  note.querySelector("button").addEventListener("click", () => note.remove());
  document.body.append(note);
}
