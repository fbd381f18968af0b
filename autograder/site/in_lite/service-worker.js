// Keeps JupyterLite and Python in the browser, so that a second visit is fast and needs no network.
//
// All files of one build belong together: what is kept is of this build alone, and is taken from the cache first.
// JupyterLite's own service worker, which lets the kernel read files, is loaded below and does the rest. It shares the
// names of this file, so none may be given twice. It would take over at once, while pages of an earlier build still load
// their files; so an update waits until all of these are closed.

const OURS = `lite-${new URL(self.registration.scope).pathname} `; // other sites of this host have caches, too
const THIS_BUILD = `${OURS}{{ build }}`;
const ANEW = { cache: "no-cache" }; // the browser's own cache may have a file of an earlier build
const FILES = {{ files }};
const OWN = ["/api/drive", "/api/stdin/", "/api/service-worker-heartbeat"];
const AT_ONCE = 4;

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith(OURS) && name !== THIS_BUILD;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || OWN.some((part) => url.pathname.includes(part))) return;
  event.stopImmediatePropagation();
  event.respondWith(answer(event, url));
});

async function answer(event, url) {
  const cache = await caches.open(THIS_BUILD);
  const kept = await cache.match(url.origin + url.pathname);
  if (kept) return kept;
  tell(url);
  try {
    return await fetched(cache, event, url);
  } catch (problem) {
    if (url.pathname.includes("/api/contents/")) return new Response("{}", { status: 404 });
    throw problem;
  }
}

// The page does not wait until the file is kept, and gets it even if there is no room left to keep it.
async function fetched(cache, event, url) {
  const response = await fetch(event.request, ANEW);
  if (response.status === 200 && !response.redirected) {
    event.waitUntil(cache.put(url.origin + url.pathname, response.clone()).catch(() => {}));
  }
  return response;
}

// Says to the page which part of Python is being fetched: "numpy", "pyodide".
async function tell({ pathname }) {
  const name = pathname.match(/\/pyodide\/([a-z_]+)/)?.[1];
  if (!name) return;
  for (const page of await self.clients.matchAll({ type: "window" })) page.postMessage({ csConv: "fetching", name });
}

self.addEventListener("message", (event) => {
  if (event.data?.csConv === "keep") event.waitUntil(keep());
});

async function keep() {
  const cache = await caches.open(THIS_BUILD);
  const names = FILES.map((name) => new URL(name, self.registration.scope).href);
  const next = async () => {
    for (let name = names.pop(); name; name = names.pop()) {
      if (!(await cache.match(name))) await cache.add(new Request(name, ANEW)).catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

if (self.registration.active) self.skipWaiting = () => Promise.resolve();
importScripts("jupyterlite-service-worker.js");
