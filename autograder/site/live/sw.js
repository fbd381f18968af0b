// Keeps what was visited, so that it is there again without a network.
//
// Pages and their files come from the network if there is one. Python itself and NumPy are of one version and large:
// they are taken from the cache first.

const OURS = `cs-conv ${new URL(self.registration.scope).pathname} `; // other sites of this host have caches, too
const SITE = `${OURS}site {{ build }}`;
const PYTHON = `${OURS}python {{ python }}`;
const PYODIDE = new URL("{{ pyodide }}", self.registration.scope).href;
const LITE = new URL("lite/", self.registration.scope).href; // has a service worker of its own

const FIXED = /\/(pyodide(\.asm)?\.(mjs|js|wasm)|python_stdlib\.zip|numpy-[^/]*\.whl)$/;

const isFixed = (address) => address.startsWith(PYODIDE) && FIXED.test(address);
const cacheOf = (address) => caches.open(isFixed(address) ? PYTHON : SITE);
const ours = (address) => (address.startsWith(self.registration.scope) && !address.startsWith(LITE)) || address.startsWith(PYODIDE);

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(OURS) && name !== SITE && name !== PYTHON);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("message", (event) => {
  const missing = async (address) => {
    const cache = await cacheOf(address);
    if (!(await cache.match(address))) await cache.add(address).catch(() => {});
  };
  event.waitUntil(Promise.all((event.data.keep ?? []).filter(ours).map(missing)));
});

self.addEventListener("fetch", (event) => {
  const { method, url, mode } = event.request;
  if (method !== "GET" || !ours(url)) return;
  event.respondWith(isFixed(url) ? cacheFirst(event) : networkFirst(event, mode === "navigate"));
});

async function cacheFirst(event) {
  const cache = await cacheOf(event.request.url);
  return (await cache.match(event.request)) ?? fetched(event, cache);
}

async function networkFirst(event, ignoreSearch) {
  const { request } = event;
  const cache = await cacheOf(request.url);
  try {
    return await fetched(event, cache);
  } catch (problem) {
    const kept = await cache.match(request, { ignoreSearch });
    if (kept) return kept;
    throw problem;
  }
}

// The page does not wait until the file is kept, and gets it even if there is no room left to keep it.
async function fetched(event, cache) {
  const response = await fetch(event.request);
  if (response.status === 200) event.waitUntil(cache.put(event.request, response.clone()).catch(() => {}));
  return response;
}
