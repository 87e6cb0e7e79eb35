/*
  Yuanqi 园企 - what the pages do besides links and forms. Everything works without it.

   1 HTMX             3 one answer a click     5 drafts
   2 menus, panels    4 files

  No eval, no inline style: the content security policy refuses both.
*/
(() => {
  "use strict";

  const all = (selector, root = document) => root.querySelectorAll(selector);

  /* 1 HTMX ---------------------------------------------------------------- */
  const htmx = window.htmx;
  if (htmx) {
    Object.assign(htmx.config, {
      allowEval: false,
      allowScriptTags: false,
      includeIndicatorStyles: false,
      selfRequestsOnly: true,
      historyCacheSize: 0, // personal data must not stay in the browser's storage
      refreshOnHistoryMiss: true,
      responseHandling: [
        { code: "204", swap: false },
        { code: "[23]..", swap: true },
        { code: "422", swap: true },
        { code: "[45]..", swap: false, error: true },
      ],
    });
  }

  const say = (sentence) => {
    const place = document.getElementById("messages");
    if (!place || !sentence) return;
    const note = document.createElement("div");
    note.className = "yq-note is-red";
    note.textContent = sentence;
    place.replaceChildren(note);
    place.scrollIntoView({ block: "nearest" });
  };

  /* A refusal that says where it belongs (HX-Retarget) is shown there. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  /* A refusal that came as a page of its own is said in one line of this one. */
  document.addEventListener("htmx:responseError", (event) => {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText || "", "text/html");
    const words = [...all("[data-failed] h1, [data-failed] h1 + p", page)];
    say(words.map((element) => element.textContent.trim()).join(" — ") || document.body.dataset.broken);
  });
  document.addEventListener("htmx:sendError", () => say(document.body.dataset.lost));
  document.addEventListener("htmx:afterSwap", (event) => {
    const errors = event.detail.target.querySelector?.("[data-errors]");
    if (errors) errors.focus();
  });

  /* Sections that don't fit a phone: the one that is open stands in sight. */
  all(".yq-tabs-page [aria-current]").forEach((tab) => {
    const bar = tab.parentElement;
    bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
  });

  /* 2 menus and panels opened in place ------------------------------------ */
  document.addEventListener("click", (event) => {
    for (const menu of all("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const panel = document.getElementById(opener.hash ? opener.hash.slice(1) : opener.dataset.opens);
      if (panel instanceof HTMLDetailsElement) {
        event.preventDefault();
        const menu = opener.closest("details[data-menu]");
        if (menu) menu.open = false;
        for (const other of all("details.yq-opens[open]")) other.open = other === panel;
        panel.open = true;
        panel.scrollIntoView({ block: "nearest" });
        panel.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
      }
    }
    const closer = event.target.closest("[data-closes]");
    if (closer) {
      event.preventDefault();
      const panel = closer.closest("details");
      panel.open = false;
      document.querySelector(`[data-opens][href="#${panel.id}"]`)?.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  /* "/" goes to the search field of the bar, unless something is being written. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    const field = document.querySelector("[data-search]");
    if (!field || !field.offsetParent) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
  const openAddressed = () => {
    const panel = location.hash && document.getElementById(location.hash.slice(1));
    if (panel instanceof HTMLDetailsElement) panel.open = true;
  };
  window.addEventListener("hashchange", openAddressed);

  /* Selecting rows: the batch bar appears and says how many. */
  document.addEventListener("change", (event) => {
    const table = event.target.closest("[data-select]");
    if (!table || event.target.type !== "checkbox") return;
    const boxes = [...all("tbody input[type=checkbox]", table)];
    if (event.target.closest("thead")) for (const box of boxes) box.checked = event.target.checked;
    for (const box of boxes) box.closest("tr").setAttribute("aria-selected", String(box.checked));
    const bar = document.getElementById(table.dataset.select);
    if (!bar) return;
    const count = boxes.filter((box) => box.checked).length;
    bar.hidden = count === 0;
    for (const place of all("[data-count]", bar)) place.textContent = String(count);
  });

  /* A filter applies itself; its button is for those without scripts. */
  document.addEventListener("change", (event) => {
    if (event.target.matches("form[data-auto] select:not([data-later])")) event.target.form.requestSubmit();
  });

  /* 3 one answer a click -------------------------------------------------- */
  const waiting = new WeakSet();
  const release = (form) => {
    waiting.delete(form);
    for (const button of all("[data-waiting]")) {
      if (button.form !== form) continue;
      button.disabled = false;
      button.removeAttribute("data-waiting");
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-repeat")) return;
    if (waiting.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    waiting.add(form);
    /* After the form's data are gathered: a disabled button would not be sent. */
    setTimeout(() => {
      if (event.defaultPrevented && !form.closest("[hx-post], [data-hx-post], [hx-boost]")) {
        release(form);
        return;
      }
      for (const button of form.elements) {
        if (button.type !== "submit" || button.disabled) continue;
        button.disabled = true;
        button.setAttribute("data-waiting", "");
      }
    });
  }, true);
  /* What a [data-aside] part asks for while one writes is not the form's own sending. */
  const sentForm = (event) =>
    event.target.closest?.("[data-aside]") ? null : event.target.closest?.("form");
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = sentForm(event);
    if (form) release(form);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.forms) release(form);
  });

  /* 4 files --------------------------------------------------------------- */
  /* A phone's camera gives one photo at a time: each choice adds to those already there. */
  const chosen = new WeakMap();
  const megabytes = (size) =>
    size < 102400 ? `${Math.ceil(size / 1024)} KB` : `${(size / 1048576).toFixed(1)} MB`;
  document.addEventListener("change", (event) => {
    const input = event.target;
    const place = input.type === "file" && input.closest("[data-files]");
    if (!place) return;
    const files = new DataTransfer();
    const before = input.multiple ? chosen.get(input) || [] : [];
    const known = new Set();
    for (const file of [...before, ...input.files]) {
      const key = `${file.name}/${file.size}/${file.lastModified}`;
      if (!known.has(key)) files.items.add(file);
      known.add(key);
    }
    input.files = files.files;
    chosen.set(input, [...files.files]);
    for (const tile of all(".is-taken", place)) tile.remove();
    for (const file of files.files) {
      const tile = document.createElement("span");
      tile.className = "is-taken";
      const name = document.createElement("span");
      name.className = "yq-file-name";
      name.textContent = file.name;
      tile.append(name, megabytes(file.size));
      place.insertBefore(tile, place.lastElementChild);
    }
  });

  document.addEventListener("change", (event) => {
    const place = event.target.type === "file" && event.target.closest("[data-attach]");
    if (!place) return;
    const names = [...event.target.files].map((file) => file.name);
    const label = place.querySelector("[data-attach-name]");
    label.dataset.empty ||= label.textContent;
    label.textContent = names.join("，") || label.dataset.empty;
  });

  /* 5 drafts -------------------------------------------------------------- */
  const PREFIX = "yq-draft:";
  const SENT = "yq-draft-sent";
  const DAYS = 7;
  const store = (() => {
    try {
      window.localStorage.getItem(PREFIX);
      return window.localStorage;
    } catch {
      return null; // a browser that forbids storage simply has no drafts
    }
  })();
  const forget = (match) => {
    for (const key of Object.keys(store)) if (key.startsWith(PREFIX) && match(key)) store.removeItem(key);
  };
  const kept = (form) =>
    [...form.elements].filter(
      (item) => item.name && item.name !== "csrfmiddlewaretoken" &&
        !["hidden", "password", "file", "submit", "button"].includes(item.type),
    );
  const save = (form) => {
    const values = kept(form)
      .filter((item) => !["radio", "checkbox"].includes(item.type) || item.checked)
      .map((item) => [item.name, item.value]);
    try {
      store.setItem(PREFIX + form.dataset.draft, JSON.stringify({ at: Date.now(), values }));
    } catch {
      return; // full: the page still holds what was written
    }
    const status = document.querySelector("[data-draft-status]");
    if (!status) return;
    const now = new Date();
    const time = `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
    status.textContent = status.dataset.draftStatus.replace("{time}", time);
  };
  const restore = (form) => {
    let draft;
    try {
      draft = JSON.parse(store.getItem(PREFIX + form.dataset.draft));
    } catch {
      return;
    }
    if (!draft || Date.now() - draft.at > DAYS * 86400000) return;
    const texts = kept(form).filter((item) => !["radio", "checkbox"].includes(item.type));
    if (texts.some((item) => item.tagName !== "SELECT" && item.value)) return; // the server's words win
    for (const item of kept(form)) {
      const values = draft.values.filter(([name]) => name === item.name).map(([, value]) => value);
      if (["radio", "checkbox"].includes(item.type)) item.checked = values.includes(item.value);
      else if (values.length) [item.value] = values;
    }
    /* Whoever reads along (suggestions) hears of it. */
    for (const item of texts) item.dispatchEvent(new Event("input", { bubbles: true }));
  };
  /* What visits keep on a phone: taken away at signing out, and again on the page that follows. */
  const WIPE = "yq-visits-wipe";
  const wipe = () => {
    window.indexedDB?.deleteDatabase("yq-visits");
    if (window.isSecureContext && window.caches) window.caches.delete("yq-visits");
    store.removeItem("yq-visits-waiting");
  };
  const timers = new WeakMap();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!store || !form || !form.dataset.draft) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => save(form), 400));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!store) return;
    if (form.hasAttribute("data-signout")) {
      /* Notes of visits that nobody has sent: said once, then they go with everything else. */
      const unsent = Number(store.getItem("yq-visits-waiting")) || 0;
      if (unsent && !form.hasAttribute("data-told")) {
        event.preventDefault();
        form.setAttribute("data-told", "");
        say(form.dataset.unsent.replace("{count}", String(unsent)));
        return;
      }
      forget(() => true);
      store.setItem(WIPE, "1");
      wipe();
    }
    if (!form.dataset.draft) return;
    clearTimeout(timers.get(form));
    save(form);
    sessionStorage.setItem(SENT, form.dataset.draft);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = sentForm(event);
    if (store && form?.dataset.draft && event.detail.successful) forget((key) => key === PREFIX + form.dataset.draft);
  });

  document.addEventListener("DOMContentLoaded", () => {
    openAddressed();
    document.querySelector("[data-errors]")?.focus();
    if (!store) return;
    if (store.getItem(WIPE)) {
      store.removeItem(WIPE);
      wipe();
    }
    /* A draft is forgotten when the next page is neither its own form again nor a failure. */
    const sent = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    const again = [...all("form[data-draft]")].some((form) => form.dataset.draft === sent);
    if (sent && !again && !document.querySelector("[data-failed]")) {
      forget((key) => key === PREFIX + sent);
    }
    for (const form of all("form[data-draft]")) restore(form);
  });
})();
