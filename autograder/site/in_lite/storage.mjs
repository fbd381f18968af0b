// The browser's database that keeps a learner's notebooks. It is named after the place of this site, since all sites of
// one host share the browser's storage: two courses with the same names of notebooks would mix them up.

export const PLACE = new URL("./", import.meta.url).pathname;
export const STORAGE = `cs-conv ${PLACE}`;
export const SAVED = `cs-conv-saved ${PLACE}`; // in localStorage: when all work was last saved as a zip

// Until November 2026 there was one name for all places. Work of that time is copied once, and stays there, too: another
// site of this host may not have copied it yet.
const FORMER = "cs-conv";
const COPIED = `cs-conv-copied ${PLACE}`;
const FORMER_SAVED = "cs-conv-saved";
const STORES = ["files", "counters", "checkpoints"];

export const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const finished = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });

/** What `ask` answers about the database, which is made if it is not there yet. */
export async function inDatabase(ask, name = STORAGE) {
  const opened = indexedDB.open(name);
  opened.onupgradeneeded = () => STORES.map((store) => opened.result.createObjectStore(store));
  const database = await done(opened);
  try {
    return await ask(database, [...database.objectStoreNames]);
  } finally {
    database.close();
  }
}

/** The same about the database of earlier times; undefined if there is none. */
async function inFormer(ask) {
  const there = (await indexedDB.databases()).some(({ name }) => name === FORMER);
  return there ? inDatabase(ask, FORMER) : undefined;
}

/** The name of the database, as soon as work of earlier times is in it. What cannot be copied now is, next time. */
export async function storage() {
  await takeOver().catch(console.error);
  return STORAGE;
}

async function takeOver() {
  if (localStorage.getItem(COPIED)) return;
  const kept = await inFormer((database, names) => Promise.all(STORES.filter((name) => names.includes(name)).map(async (name) => {
    const store = database.transaction(name).objectStore(name);
    const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
    return { name, entries: keys.map((key, n) => [key, values[n]]) };
  })));
  if (kept) await inDatabase((database) => copy(database, kept));
  const saved = localStorage.getItem(FORMER_SAVED);
  if (saved && !localStorage.getItem(SAVED)) localStorage.setItem(SAVED, saved);
  localStorage.setItem(COPIED, "yes");
}

/** All of it or nothing; what is there already stays. */
async function copy(database, kept) {
  const all = database.transaction(kept.map(({ name }) => name), "readwrite");
  const copied = finished(all);
  for (const { name, entries } of kept) {
    const store = all.objectStore(name);
    const there = new Set(await done(store.getAllKeys()));
    for (const [key, value] of entries) if (!there.has(key)) store.put(value, key);
  }
  await copied;
}

/** Delete the copies of these files that are left from earlier times. */
export const forget = (paths) =>
  inFormer((database, names) => Promise.all(["files", "checkpoints"].filter((name) => names.includes(name)).flatMap((name) => {
    const store = database.transaction(name, "readwrite").objectStore(name);
    return paths.map((path) => done(store.delete(path)));
  })));
