/*
  Yuanqi 园企 - notes of visits on a phone: kept while one writes, sent when there is a signal.

   1 the store        3 the strip        5 the note
   2 sending          4 photos           6 pages without a signal

  A note has an id made here, so that what is sent twice is one. It is kept in this browser
  (IndexedDB) under its person's account, and removed when the server has it or the person signs
  out. Without this script the form is a form.
*/
(() => {
  "use strict";

  const form = document.querySelector("form[data-note]");
  const strip = document.getElementById("offline");
  if (!strip || !window.indexedDB) return;
  const account = Number(strip.dataset.account);
  const { tokenUrl } = strip.dataset;
  const DRAFT = "draft";
  const WAITING = "waiting";
  const REFUSED = "refused";
  const COUNT = "yq-visits-waiting"; // how many, for whoever would sign out (web/yuanqi.js)
  const DAYS = 14;

  /* 1 the store ----------------------------------------------------------- */
  const opened = new Promise((resolve, reject) => {
    const asked = indexedDB.open("yq-visits", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("notes", { keyPath: "key" });
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
  const run = async (mode, act) => {
    const db = await opened;
    return new Promise((resolve, reject) => {
      const doing = db.transaction("notes", mode);
      const asked = act(doing.objectStore("notes"));
      doing.oncomplete = () => resolve(asked.result);
      doing.onerror = () => reject(doing.error);
      doing.onabort = () => reject(doing.error);
    });
  };
  const put = (note) => run("readwrite", (store) => store.put(note));
  const drop = (key) => run("readwrite", (store) => store.delete(key));
  const own = async () => {
    const all = await run("readonly", (store) => store.getAll());
    const old = Date.now() - DAYS * 86400000;
    for (const note of all.filter((one) => one.at < old)) await drop(note.key);
    return all.filter((one) => one.account === account && one.at >= old);
  };

  /* 2 sending ------------------------------------------------------------- */
  let sending = null;
  let lapsed = false;
  const sent = []; // while this page stands open: whose note, and where it is shown
  const token = async () => {
    const answer = await fetch(tokenUrl, { credentials: "same-origin", headers: { "X-Live": "1" } });
    if (answer.status === 401) return null;
    if (!answer.ok) throw new Error(String(answer.status));
    const said = await answer.json();
    return said.account === account ? said.token : null;
  };
  const post = async (note, csrf) => {
    const data = new FormData();
    for (const [name, value] of note.values) data.append(name, value);
    for (const photo of note.photos) data.append("files", photo.blob, photo.name);
    return fetch(note.url, {
      method: "POST",
      body: data,
      credentials: "same-origin",
      headers: { "X-CSRFToken": csrf, "X-Note": "1" },
    });
  };
  /* Sends what waits, one after another; returns where the last one sent is shown. */
  const flush = async () => {
    const waiting = (await own()).filter((one) => one.state === WAITING);
    if (!waiting.length) return "";
    let csrf;
    try {
      csrf = await token();
    } catch {
      return "";
    }
    lapsed = csrf === null;
    if (lapsed) return "";
    let url = "";
    for (const note of waiting) {
      let answer;
      try {
        answer = await post(note, csrf);
      } catch {
        return url;
      }
      const said = await answer.json().catch(() => null);
      if (answer.status === 201 && said) {
        await drop(note.key);
        url = said.url;
        sent.push({ firm: note.firm, url });
      } else if ([403, 404, 409, 413, 422, 507].includes(answer.status)) {
        await put({ ...note, state: REFUSED, said: said?.said || "" });
      } else {
        return url;
      }
    }
    return url;
  };
  const send = () => {
    sending ||= flush().finally(() => {
      sending = null;
      show();
    });
    return sending;
  };

  /* 3 the strip ----------------------------------------------------------- */
  const words = strip.dataset;
  const part = (name) => strip.querySelector(`[data-strip-${name}]`);
  const show = async () => {
    const notes = await own();
    const waiting = notes.filter((one) => one.state === WAITING);
    const refused = notes.filter((one) => one.state === REFUSED);
    try {
      localStorage.setItem(COUNT, String(waiting.length + refused.length));
    } catch {
      /* a browser without storage has none to lose */
    }
    const isOff = !navigator.onLine;
    const said = [];
    if (isOff) said.push(words.safe);
    if (lapsed && !isOff) said.push(words.signIn);
    if (waiting.length) said.push(words.waiting.replace("{count}", waiting.length));
    else if (!isOff && sent.length) said.push(words.sent);
    if (refused.length) said.push(words.refused.replace("{count}", refused.length));
    if (!window.isSecureContext && (isOff || waiting.length)) said.push(words.plain);
    strip.hidden = !said.length;
    strip.firstElementChild.classList.toggle("d-none", !isOff); // the crossed-out signal
    part("head").textContent = isOff ? words.offline : "";
    part("text").textContent = said.join("");
    const told = document.querySelector("[data-note-kept]:not([hidden])");
    if (told && sent.length && !waiting.length) {
      told.querySelector("h2").textContent = told.dataset.sent;
      told.querySelector("p").hidden = true;
    }
    const shown = waiting.length || isOff ? [] : sent;
    const links = [...waiting, ...refused, ...shown].map((note) => {
      const link = document.createElement("a");
      link.href = note.url;
      link.textContent = note.said ? `${note.firm}：${note.said}` : note.firm;
      return link;
    });
    part("list").replaceChildren(...links.flatMap((link, place) => (place ? [" ", link] : [link])));
    const button = document.querySelector("[data-note-send]");
    if (button && form) {
      button.dataset.online ||= button.textContent;
      button.textContent = isOff ? form.dataset.keep : button.dataset.online;
    }
  };
  window.addEventListener("online", () => send());
  window.addEventListener("offline", () => show());
  setInterval(() => navigator.onLine && send(), 30000);

  /* 4 photos: 1,600 pixels are enough, and go over a slow line ------------- */
  const LONGEST = 1600;
  const shrunk = async (file) => {
    let picture;
    try {
      picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      return file; // not one that this browser knows: the server says what it thinks of it
    }
    const by = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if (by === 1 && file.size < 500000) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * by);
    canvas.height = Math.round(picture.height * by);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? blob : file;
  };

  /* 5 the note ------------------------------------------------------------ */
  const uuid = () => {
    /* randomUUID is there over TLS only */
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  /* By the park's clock, wherever the phone thinks it is. */
  const now = (zone) => {
    const told = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
      hour: "2-digit", minute: "2-digit",
    }).formatToParts(new Date());
    const part_ = (name) => told.find((one) => one.type === name).value;
    return `${part_("year")}-${part_("month")}-${part_("day")}T${part_("hour")}:${part_("minute")}`;
  };
  const two = (number) => String(number).padStart(2, "0");

  const writing = (form_) => {
    const tiles = form_.querySelector("[data-photos]");
    const input = form_.elements.files;
    const status = form_.querySelector("[data-note-status]");
    let photos = [];
    let timer = null;
    let busy = Promise.resolve();
    let isDone = false;

    const values = () =>
      [...new FormData(form_)].filter(
        ([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string",
      );
    const note = (state) => ({
      key: form_.elements.key.value, account, url: location.pathname, firm: form_.dataset.firm,
      values: values(), photos, state, said: "", at: Date.now(),
    });
    const save = async () => {
      if (isDone) return;
      await put(note(DRAFT));
      const at = new Date();
      status.textContent = form_.dataset.kept.replace("{time}", `${two(at.getHours())}:${two(at.getMinutes())}`);
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(save, 400);
    };
    const draw = () => {
      for (const tile of tiles.querySelectorAll(".is-taken")) tile.remove();
      photos.forEach((photo, place) => {
        const tile = document.createElement("button");
        tile.type = "button";
        tile.className = "is-taken";
        const picture = document.createElement("img");
        picture.src = URL.createObjectURL(photo.blob);
        picture.alt = form_.dataset.photo.replace("{number}", place + 1);
        picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
        tile.append(picture);
        tile.addEventListener("click", () => {
          photos = photos.filter((one) => one !== photo);
          draw();
          save();
        });
        tiles.insertBefore(tile, tiles.lastElementChild);
      });
    };
    input?.addEventListener("change", () => {
      const chosen = [...input.files];
      input.value = "";
      busy = busy.then(async () => {
        for (const file of chosen) {
          const blob = await shrunk(file);
          photos.push({ name: file.name.replace(/\.[^.]*$/, "") + (blob === file ? file.name.match(/\.[^.]*$/)?.[0] || "" : ".jpg"), blob });
        }
        draw();
        await save();
      });
    });

    const fill = (kept) => {
      const many = new Map();
      for (const [name, value] of kept.values) many.set(name, [...(many.get(name) || []), value]);
      for (const item of form_.elements) {
        if (!item.name || item.type === "file" || item.name === "csrfmiddlewaretoken") continue;
        const told = many.get(item.name) || [];
        if (["radio", "checkbox"].includes(item.type)) item.checked = told.includes(item.value);
        else if (told.length) [item.value] = told;
      }
      photos = kept.photos;
      draw();
    };

    /* Slots come one after another: the next when the one before has been opened. */
    const slots = () => {
      for (const kind of new Set([...form_.querySelectorAll("[data-slot]")].map((one) => one.dataset.slot))) {
        const all = [...form_.querySelectorAll(`[data-slot="${kind}"]`)];
        all.forEach((slot, place) => {
          const written = slot.querySelector("textarea")?.value;
          if (written) slot.open = true;
          slot.hidden = place > 0 && !slot.open && !all[place - 1].querySelector("textarea")?.value;
        });
      }
    };

    const start = async () => {
      const isShownAgain = form_.querySelector("[data-errors]") !== null;
      const kept = (await own()).filter((one) => one.url === location.pathname);
      const draft = kept.find((one) => one.state === REFUSED) || kept.find((one) => one.state === DRAFT);
      if (draft && !isShownAgain) fill(draft);
      else if (!isShownAgain) {
        form_.elements.key.value = uuid();
        form_.elements.happened.value = now(form_.dataset.zone);
      }
      slots();
      form_.addEventListener("input", () => {
        slots();
        later();
      });
      form_.addEventListener("toggle", slots, true);
    };

    form_.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(timer);
      busy = busy.then(async () => {
        await put(note(WAITING));
        isDone = true;
        const url = await send();
        const left = (await own()).find((one) => one.key === form_.elements.key.value);
        if (!left && url) {
          location.assign(url);
          return;
        }
        if (left?.state === REFUSED) {
          isDone = false;
          strip.scrollIntoView({ block: "start" });
          return;
        }
        /* It waits: nothing is left here to write, or to write twice. */
        const told = document.querySelector("[data-note-kept]");
        for (const part_ of document.querySelectorAll(".yq-brief, .yq-actionbar")) part_.remove();
        form_.hidden = true;
        told.hidden = false;
        told.focus();
        strip.scrollIntoView({ block: "start" });
      });
    });
    return start();
  };

  /* 6 pages without a signal ---------------------------------------------- */
  const keepPages = async () => {
    if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
    await navigator.serviceWorker.register("/sw.js");
    if (!navigator.onLine) return;
    await navigator.serviceWorker.ready;
    const cache = await caches.open("yq-visits");
    const parts = [
      ...[...document.querySelectorAll("script[src]")].map((one) => one.src),
      ...[...document.querySelectorAll("link[rel=stylesheet], link[rel=icon]")].map((one) => one.href),
    ];
    const notes = [...document.querySelectorAll("a[data-keep]")].map((one) => one.href);
    for (const url of new Set([...parts, location.origin + location.pathname, ...notes])) {
      try {
        const answer = await fetch(url, { credentials: "same-origin", headers: { "X-Live": "1" } });
        if (answer.ok && !answer.redirected) await cache.put(url, answer);
      } catch {
        return;
      }
    }
  };

  (form ? writing(form) : Promise.resolve()).then(show).then(send).then(keepPages);
})();
