/* Keeps a copy of the page, so that it opens, and says so, while the server is away. Nothing else is kept. */
const KEPT = "repartee-page", PAGE = new URL("./", location.href).href;

addEventListener("install", (event) => event.waitUntil(caches.open(KEPT).then((kept) => kept.add(new Request(PAGE, { cache: "reload" }))).then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate" || event.request.url.split(/[?#]/)[0] !== PAGE) return;
  event.respondWith(fetch(event.request).then((answer) => {
    if (answer.ok) { const copy = answer.clone(); event.waitUntil(caches.open(KEPT).then((kept) => kept.put(PAGE, copy))); }
    return answer;
  }, async () => (await caches.match(PAGE)) ?? Response.error()));
});
