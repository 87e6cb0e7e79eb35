/*
  Yuanqi 园企 - a page hears that something it shows has changed, and fetches it.

  An element with data-live (its topic) and data-live-pass (who may hear it) is a region. What in it
  bears data-part and an id (and each form that opens in place) is fetched again when the topic is woken, from data-live-url or the
  page's own address, and put in place of the old; what somebody is writing in is left alone.
  data-live-mark on a region changes when there is news worth a word; data-live-says holds the word.

   1 regions          3 saying it        5 asking now and then
   2 fetching parts   4 the stream       6 comings and goings
*/
(() => {
  "use strict";

  const body = document.body;
  const settings = body.dataset;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const spread = (milliseconds) => milliseconds * (0.5 + Math.random() / 2);

  const GATHER = 80; // one event often wakes several topics
  const POLL = 20000;
  const HELLO = 8000; // a proxy that holds a stream back answers, and says nothing
  const SILENCE = 40000; // the stream says something every 15 seconds
  const HIDDEN = 10000;
  const FAILURES = 3; // then the page asks now and then, and still tries the stream at times
  const SLOWEST = 60000;

  /* 1 regions ------------------------------------------------------------- */
  const regions = (topic) => all("[data-live]").filter((one) => !topic || one.dataset.live === topic);
  const passes = () => {
    const found = new Map();
    for (const region of regions()) found.set(region.dataset.live, region.dataset.livePass);
    return found;
  };
  const PART = "[data-part], details.yq-opens[id]";
  const addressOf = (region) => region.dataset.liveUrl || location.pathname + location.search;
  const partsOf = (region) =>
    region.hasAttribute("data-part") ? [region] : all(PART, region);

  /* What the server said of a part, without what differs each time it says it. */
  const printOf = (part) => {
    const copy = part.cloneNode(true);
    for (const item of all("input[type=hidden]", copy)) item.remove();
    copy.removeAttribute("data-live-pass");
    return copy.outerHTML;
  };
  const served = new WeakMap();

  const isWritten = (item) => {
    if (item.type === "hidden" || item.type === "submit" || item.type === "button") return false;
    if (item.type === "file") return item.files.length > 0;
    if (item.type === "checkbox" || item.type === "radio") return item.checked !== item.defaultChecked;
    if (item.tagName === "SELECT") {
      const chosen = [...item.options].findIndex((option) => option.defaultSelected);
      return item.multiple
        ? [...item.options].some((option) => option.selected !== option.defaultSelected)
        : item.selectedIndex !== Math.max(chosen, 0);
    }
    return "defaultValue" in item && item.value !== item.defaultValue;
  };
  /* Somebody writes in it, has begun to, or has just sent it. */
  const isInHand = (part) => {
    const focused = document.activeElement;
    if (focused && part.contains(focused) && focused.matches("input, select, textarea")) return true;
    if (part.querySelector("details.yq-opens[open], [data-waiting]")) return true;
    if (part.matches("details.yq-opens[open]")) return true;
    return all("input, select, textarea", part).some(isWritten);
  };

  /* 2 fetching parts ------------------------------------------------------ */
  const woken = new Set();
  let gathering = null;
  let fetching = false;
  const next = new Map(); // when a topic with data-live-every may be fetched again

  const wake = (topics) => {
    for (const topic of topics) woken.add(topic);
    if (!gathering && !fetching && woken.size) gathering = setTimeout(fetchWoken, GATHER);
  };

  const fetchWoken = async () => {
    gathering = null;
    if (document.hidden) return; // asked again when it is looked at
    const now = Date.now();
    const addresses = new Map();
    let later = 0;
    for (const region of regions()) {
      const topic = region.dataset.live;
      if (!woken.has(topic)) continue;
      /* a list that many watch is fetched by each of them at its own time, and not all the time */
      const every = Number(region.dataset.liveEvery || 0) * 1000;
      if (every && !next.has(topic)) next.set(topic, now + Math.random() * every / 4);
      const due = (next.get(topic) || 0) - now;
      if (due > 0) {
        later = Math.max(later, due);
        continue;
      }
      const address = addressOf(region);
      addresses.set(address, (addresses.get(address) || new Set()).add(topic));
    }
    fetching = true;
    for (const [address, topics] of addresses) {
      for (const topic of topics) {
        woken.delete(topic);
        const every = regions(topic)[0]?.dataset.liveEvery;
        if (every) next.set(topic, Date.now() + spread(every * 2000));
      }
      await fetchParts(address, topics);
    }
    fetching = false;
    if (woken.size && !gathering) gathering = setTimeout(fetchWoken, Math.max(later, GATHER));
  };

  const fetchParts = async (address, topics) => {
    let answer;
    try {
      answer = await fetch(address, { headers: { "X-Live": "1" }, credentials: "same-origin" });
    } catch {
      return; // no connection: what has changed is told again when there is one
    }
    if (answer.redirected) {
      stop(); // signed out meanwhile: the next click says so
      return;
    }
    if (answer.status === 404 || answer.status === 403) {
      say(settings.liveGone, { keep: true });
      return;
    }
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    put(page, topics);
  };

  const ROWS = "other rows"; // among what was held back
  const areRows = (part) => part.hasAttribute("data-part-rows");

  const put = (page, topics) => {
    const focused = document.activeElement;
    const stood = focused && focused !== body ? focused.getBoundingClientRect().top : null;
    const known = new Set(all("[id^='message-']").map((item) => item.id));
    const held = new Set();
    let isNews = false;
    for (const region of regions()) {
      if (!topics.has(region.dataset.live)) continue;
      const fresh = page.getElementById(region.id);
      if (!fresh) {
        if (areRows(region)) held.add(ROWS); // the list is empty now
        continue;
      }
      region.dataset.livePass = fresh.dataset.livePass || region.dataset.livePass;
      const mark = region.dataset.liveMark;
      const isChanged = putParts(region, fresh, held);
      if (mark === undefined) isNews ||= isChanged;
      else if (mark !== fresh.dataset.liveMark) {
        isNews = true;
        region.dataset.liveMark = fresh.dataset.liveMark || "";
      }
    }
    if (stood !== null && document.contains(focused)) {
      window.scrollBy(0, focused.getBoundingClientRect().top - stood);
    }
    if (held.has(ROWS)) say(settings.liveRows, { keep: true });
    else if (isNews) tell(known, held.size > 0);
  };

  /* Put the region's parts in place; whether any has changed. */
  const putParts = (region, fresh, held) => {
    let isChanged = false;
    const freshParts = partsOf(fresh);
    const ids = new Set(freshParts.map((part) => part.id));
    for (const part of partsOf(region)) {
      if (ids.has(part.id)) continue;
      isChanged = true;
      if (isInHand(part)) held.add(part.id);
      else part.remove();
    }
    for (const part of freshParts) {
      const print = printOf(part);
      const old = document.getElementById(part.id);
      if (!old) {
        isChanged = true;
        insert(part, print);
        continue;
      }
      if (served.get(old) === print) continue;
      isChanged = true;
      if (areRows(part)) {
        putRows(old, part, held);
        served.set(old, print);
        continue;
      }
      if (isInHand(old)) {
        held.add(part.id);
        continue;
      }
      replace(old, part, print);
    }
    return isChanged;
  };

  const replace = (old, part, print) => {
    const come = document.importNode(part, true);
    const before = all("details", old);
    const after = all("details", come);
    if (before.length === after.length) {
      before.forEach((details, place) => { after[place].open = details.open; });
    }
    old.replaceWith(come);
    served.set(come, print);
    window.htmx?.process(come);
  };

  /* A part that was not there: after what it follows in the fresh page. */
  const insert = (part, print) => {
    const come = document.importNode(part, true);
    for (let before = part.previousElementSibling; before; before = before.previousElementSibling) {
      const here = before.id && document.getElementById(before.id);
      if (here) {
        here.after(come);
        served.set(come, print);
        window.htmx?.process(come);
        return;
      }
    }
    const parent = part.parentElement;
    const here = parent?.id && document.getElementById(parent.id);
    if (!here) return;
    here.prepend(come);
    served.set(come, print);
    window.htmx?.process(come);
  };

  /* Rows of a list change in place; that others have come or gone is said, not done: nobody's list
     moves under his hands. */
  const putRows = (old, part, held) => {
    const fresh = new Map([...part.children].map((row) => [row.id, row]));
    /* a line's own form has no id; a row that was just dealt with stands until the list is left */
    const here = [...old.children].filter((row) => row.id && !row.hasAttribute("data-sent"));
    for (const row of here) {
      const come = fresh.get(row.id);
      if (!come || printOf(come) === printOf(row)) continue;
      if (isInHand(row) || row.contains(document.activeElement)) continue;
      const put = document.importNode(come, true);
      row.replaceWith(put);
      window.htmx?.process(put);
    }
    if (here.length !== fresh.size || here.some((row) => !fresh.has(row.id))) held.add(ROWS);
  };

  /* 3 saying it ----------------------------------------------------------- */
  let fading = null;
  const strip = () => document.getElementById("live");

  const say = (words, { href = "", keep = false } = {}) => {
    const place = strip();
    if (!place || !words) return;
    clearTimeout(fading);
    const note = document.createElement("div");
    note.className = "yq-live-note";
    const text = document.createElement("span");
    text.textContent = words;
    note.append(text);
    if (href || keep) {
      const link = document.createElement("a");
      link.href = href || location.href;
      link.textContent = href ? settings.liveSee : settings.liveReload;
      if (!href) {
        link.addEventListener("click", (event) => {
          event.preventDefault();
          location.reload();
        });
      } else {
        link.addEventListener("click", () => place.replaceChildren());
      }
      note.append(link);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "yq-live-close";
    close.setAttribute("aria-label", settings.liveClose);
    close.textContent = "×";
    close.addEventListener("click", () => place.replaceChildren());
    note.append(close);
    place.replaceChildren(note);
    if (!keep) fading = setTimeout(() => place.replaceChildren(), 10000);
  };

  const tell = (known, isHeld) => {
    if (isHeld) {
      say(settings.liveHeld, { keep: true });
      return;
    }
    const come = all("[id^='message-']").filter((item) => !known.has(item.id));
    for (const item of come) item.classList.add("is-new");
    const last = come[come.length - 1];
    const name = last?.querySelector(".who b")?.textContent.trim();
    if (name) {
      say(settings.liveReplied.replace("{name}", name), { href: `#${last.id}` });
      return;
    }
    const said = document.querySelector("[data-live-says]")?.textContent.trim().replace(/\s+/g, " ");
    say(said || settings.liveNews);
  };

  /* 4 the stream ---------------------------------------------------------- */
  const eventsAt = () => {
    const place = settings.liveUrl || "";
    if (!place || !window.EventSource) return null;
    if (place === "/") return "/live/events";
    if (place.startsWith(":")) return `${location.protocol}//${location.hostname}${place}/live/events`;
    return `${place}/live/events`;
  };

  let source = null;
  let since = 0;
  let failures = 0;
  let retrying = null;
  let listening = null;
  let isStopped = false;

  const within = (milliseconds) => {
    clearTimeout(listening);
    listening = setTimeout(lost, milliseconds);
  };

  const close = () => {
    clearTimeout(listening);
    clearTimeout(retrying);
    retrying = null;
    source?.close();
    source = null;
  };

  const connect = () => {
    close();
    const place = eventsAt();
    const held = passes();
    if (isStopped || document.hidden || !held.size) return;
    if (!place) {
      poll();
      return;
    }
    const query = new URLSearchParams([...held.values()].map((pass) => ["pass", pass]));
    if (since) query.set("since", String(since));
    source = new EventSource(`${place}?${query}`);
    within(HELLO);
    const on = (kind, act) => source.addEventListener(kind, (event) => {
      const told = JSON.parse(event.data);
      within(SILENCE);
      act(told);
      since = told.at;
    });
    on("hello", () => {
      failures = 0;
      settings.liveState = "stream";
      stopPolling();
    });
    on("beat", () => {});
    on("wake", (told) => wake(told.topics));
    /* After the live process was started anew all its pages come at once. */
    on("resync", () => setTimeout(() => wake(passes().keys()), Math.random() * 1500));
    on("expired", async () => {
      close();
      if (await renew()) connect();
      else lost();
    });
    source.onerror = lost;
  };

  const lost = () => {
    close();
    if (isStopped || document.hidden) return;
    failures += 1;
    if (failures >= FAILURES) poll();
    retrying = setTimeout(connect, spread(Math.min(SLOWEST, 1000 * 2 ** Math.min(failures, 10))));
  };

  /* New passes, for what one may still hear; false if there are none. */
  const renew = async () => {
    const query = new URLSearchParams([...passes().values()].map((pass) => ["pass", pass]));
    let answer;
    try {
      answer = await fetch(`${settings.livePasses}?${query}`, { credentials: "same-origin" });
    } catch {
      return false;
    }
    if (answer.redirected || answer.status === 403) {
      stop();
      return false;
    }
    if (!answer.ok) return false;
    const given = (await answer.json()).passes;
    for (const region of regions()) {
      const pass = given[region.dataset.live];
      if (pass) region.dataset.livePass = pass;
      else delete region.dataset.live;
    }
    return Object.keys(given).length > 0;
  };

  /* 5 asking now and then ------------------------------------------------- */
  let polling = null;
  let marks = null;

  const poll = () => {
    if (polling || isStopped) return;
    settings.liveState = "poll";
    /* What happened before the first answer is not in it. */
    if (marks === null && failures) wake(passes().keys());
    polling = setTimeout(ask, marks === null ? GATHER : spread(POLL));
  };
  const stopPolling = () => {
    clearTimeout(polling);
    polling = null;
    marks = null;
  };
  const ask = async () => {
    const query = new URLSearchParams([...passes().values()].map((pass) => ["pass", pass]));
    try {
      const answer = await fetch(`${settings.livePoll}?${query}`, { credentials: "same-origin" });
      if (answer.status === 403) await renew();
      else if (answer.ok && !answer.redirected) compare((await answer.json()).marks);
    } catch {
      /* no connection: asked again */
    }
    if (polling && !isStopped && !document.hidden) polling = setTimeout(ask, spread(POLL));
  };
  const compare = (found) => {
    const before = marks;
    marks = found;
    if (before) wake(Object.keys(found).filter((topic) => found[topic] !== before[topic]));
  };

  /* 6 comings and goings -------------------------------------------------- */
  const stop = () => {
    isStopped = true;
    close();
    stopPolling();
    settings.liveState = "off";
  };

  let hiding = null;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (isStopped) return;
    if (document.hidden) {
      hiding = setTimeout(() => {
        close();
        clearTimeout(polling);
        polling = null;
        settings.liveState = "hidden";
      }, HIDDEN);
      return;
    }
    if (!source) {
      failures = 0;
      connect();
      if (marks !== null) {
        clearTimeout(polling);
        polling = setTimeout(ask, GATHER);
      }
    }
    if (woken.size) wake([]);
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) connect();
  });
  window.addEventListener("online", () => {
    if (!source && !isStopped) connect();
  });

  document.addEventListener("DOMContentLoaded", () => {
    for (const part of all(PART)) served.set(part, printOf(part));
    if (regions().length) connect();
  });
})();
