/*
  The ledger by keyboard, and small comforts of its forms. Everything works without it: rows, boxes
  and buttons are links and forms that Tab and Enter reach.

   1 rows        2 the dispatch line        3 filters and ticks
*/
(() => {
  "use strict";

  const table = document.querySelector("table[data-ledger]");

  /* 1 rows ---------------------------------------------------------------- */
  const rows = () => [...table.querySelectorAll("tbody > tr:not([data-line])")];
  const title = (row) => row?.querySelector(".is-title a");
  const rowOf = (element) => {
    const row = element.closest?.("table[data-ledger] > tbody > tr");
    return row?.dataset.line ? document.getElementById(`request-${row.dataset.line}`) : row;
  };
  const focus = (row) => {
    const link = title(row);
    if (!link) return false;
    link.focus();
    link.scrollIntoView({ block: "nearest" });
    return true;
  };
  const move = (step) => {
    const all = rows();
    const row = rowOf(document.activeElement);
    const next = row ? all.indexOf(row) + step : step > 0 ? 0 : all.length - 1;
    focus(all[Math.max(0, Math.min(next, all.length - 1))]);
  };
  const writes = (element) =>
    element.matches?.("textarea, select, input:not([type=checkbox])") || element.isContentEditable;

  document.addEventListener("keydown", (event) => {
    if (!table || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (writes(event.target)) return;
    const row = rowOf(event.target);
    const act = {
      j: () => move(1),
      k: () => move(-1),
      ArrowDown: row && (() => move(1)),
      ArrowUp: row && (() => move(-1)),
      d: row && (() => row.querySelector("[data-dispatch]")?.click()),
      x: row && (() => row.querySelector("input[type=checkbox]")?.click()),
      "?": () => {
        const keys = document.getElementById("keys");
        keys.open = !keys.open;
        if (keys.open) keys.scrollIntoView({ block: "nearest" });
      },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  /* 2 the dispatch line ---------------------------------------------------- */
  const close = (line) => {
    const row = document.getElementById(`request-${line.dataset.line}`);
    line.remove();
    return row;
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const opener = event.target.closest?.("[data-dispatch]");
    if (!opener) return;
    for (const line of document.querySelectorAll("tr[data-line]")) {
      if (line.dataset.line !== opener.dataset.dispatch) close(line);
    }
    const open = document.getElementById(`line-${opener.dataset.dispatch}`);
    if (open) {
      event.preventDefault();
      open.querySelector("select")?.focus();
    }
  });

  /* Options are found by the first letters of their pinyin: "gj" for 规建局. */
  let typed = "";
  let typedAt = 0;
  const choose = (select, letters) => {
    const found = [...select.options].find((option) => option.dataset.initials?.startsWith(letters));
    if (found) {
      select.value = found.value;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    return Boolean(found);
  };
  document.addEventListener("keydown", (event) => {
    const line = event.target.closest?.("tr[data-line]");
    if (line && event.key === "Escape") {
      focus(close(line));
      return;
    }
    const select = event.target;
    if (!select.matches?.("select[data-typed]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      select.form.requestSubmit();
    } else if (/^[a-z]$/i.test(event.key)) {
      event.preventDefault();
      const letter = event.key.toLowerCase();
      typed = event.timeStamp - typedAt < 1000 ? typed + letter : letter;
      typedAt = event.timeStamp;
      if (!choose(select, typed) && choose(select, letter)) typed = letter;
    }
  });

  /* Sent: on to the next row that still waits, or to what comes after the list. */
  document.addEventListener("htmx:afterSettle", () => {
    const sent = table?.querySelector("tr[data-sent]:not([data-passed])");
    if (!sent) return;
    sent.dataset.passed = "";
    const all = rows();
    const waiting = (row) => !("sent" in row.dataset);
    const next = all.slice(all.indexOf(sent) + 1).find(waiting) || all.find(waiting);
    if (!focus(next)) {
      document.querySelector(".yq-table-foot a[rel=next], #queues [aria-current]")?.focus();
    }
  });

  /* 3 filters and ticks ---------------------------------------------------- */
  /* What is not set doesn't stand in the address. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form.yq-filters")) return;
    const unset = [...form.elements].filter((item) => item.name && !item.value && !item.disabled);
    for (const item of unset) item.disabled = true;
    setTimeout(() => {
      for (const item of unset) item.disabled = false;
    });
  });

  /* A panel that was opened to write in it is written in at once. */
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.(".yq-filterbar details[open]")) {
      event.target.querySelector("form.yq-menu-panel input:not([type=hidden])")?.focus();
    }
  }, true);

  document.addEventListener("reset", (event) => {
    const ticks = event.target.id === "batch" && table;
    if (!ticks) return;
    setTimeout(() => {
      const head = table.querySelector("thead input[type=checkbox]");
      if (head) head.checked = false;
      const first = table.querySelector("tbody input[type=checkbox]");
      first?.dispatchEvent(new Event("change", { bubbles: true }));
      focus(rows()[0]);
    });
  });
})();
