/*
  Yuanqi 园企 - the day's pages without a signal.

  Keeps nothing by itself: visiting/note.js puts the officer's day, the notes of today's visits and
  what they are drawn with into the cache. Here the network comes first, the cache when it fails.
  What is kept goes when its person signs out (web/yuanqi.js).
*/
"use strict";

const CACHE = "yq-visits";
const PAGES = /^\/(day\/|visits\/note\/\d+\/)$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const kept = async (request) => {
  const cache = await caches.open(CACHE);
  return cache.match(request, { ignoreSearch: true, ignoreVary: true });
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = request.mode === "navigate" && PAGES.test(url.pathname);
  if (!isPage && !url.pathname.startsWith("/static/")) return;
  event.respondWith(
    fetch(request).catch(async (error) => {
      const found = await kept(request);
      if (found) return found;
      throw error;
    }),
  );
});
