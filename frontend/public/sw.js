// The service worker: keeps the app's shell for offline starts, and of the API nothing but the technician's own jobs, which the page
// marks by a header. The page deletes that cache at sign-out (src/lib/offline-jobs.ts has the same names).
const SHELL = "carvrooom-shell-v1";
const JOBS = "carvrooom-jobs";
const KEEP = "x-carvrooom-keep";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(["/", "/theme.js", "/icon.svg"])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const known = [SHELL, JOBS];
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => !known.includes(name)).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

/** The network's answer; the kept one when there is no network. */
async function networkFirst(request, cacheName, key) {
  try {
    const response = await fetch(request);
    if (response.ok) {
      const cache = await caches.open(cacheName);
      await cache.put(key, response.clone());
    }
    return response;
  } catch (error) {
    const kept = await caches.match(key, { cacheName });
    if (kept) return kept;
    throw error;
  }
}

/** What a kept answer is found by. Each day asks for visits from a later day on: tomorrow, in the pit, today's answer is the one there is. */
function keyOf(url) {
  const key = new URL(url);
  key.searchParams.delete("from");
  return key.href;
}

/** Files whose name holds their hash never change. */
async function cacheFirst(request) {
  const kept = await caches.match(request, { cacheName: SHELL });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(SHELL);
    await cache.put(request, response.clone());
  }
  return response;
}

/** Whether an address is one of the app's pages. The gateway has pages and files of its own at the same origin, as /status and /icon.svg:
 * kept as the shell, such an answer would be all that is there without a network. */
function isOfApp(path) {
  return !path.startsWith("/status") && !path.includes(".");
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/api/")) {
    if (request.headers.get(KEEP) === "jobs") event.respondWith(networkFirst(request, JOBS, keyOf(url)));
    return;
  }
  if (request.mode === "navigate") {
    if (isOfApp(url.pathname)) event.respondWith(networkFirst(request, SHELL, "/"));
  } else if (url.pathname.startsWith("/assets/")) event.respondWith(cacheFirst(request));
});
