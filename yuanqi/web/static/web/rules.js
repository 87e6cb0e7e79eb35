/*
  The rule editor: what is wrong is marked in the text, names are completed while one types, a fact
  from the list is written where the cursor stands. Checks themselves are HTMX on the form;
  everything works without a script by sending it.

   1 writing        2 the mark under what is wrong        3 completion        4 the list of facts
*/
(() => {
  "use strict";

  const box = document.querySelector("[data-rule]");
  const area = box?.querySelector("textarea");
  if (!area) return;
  const trouble = () => document.querySelector("#checked [data-trouble]");

  /* 1 writing ------------------------------------------------------------- */
  const write = (text, from, to) => {
    area.focus();
    area.setRangeText(text, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const spaced = (text, from, to) => {
    const before = area.value.slice(0, from);
    const after = area.value.slice(to);
    return `${/[^\s(]$/.test(before) ? " " : ""}${text}${/^[^\s),]/.test(after) ? " " : ""}`;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    const wrong = trouble();
    if ("replace" in button.dataset && wrong) {
      const from = Number(wrong.dataset.trouble);
      write(button.dataset.insert, from, from + Number(wrong.dataset.length));
    } else {
      const { selectionStart: from, selectionEnd: to } = area;
      write(spaced(button.dataset.insert, from, to), from, to);
    }
  });

  /* 2 the mark under what is wrong ------------------------------------------ */
  const shade = document.createElement("div");
  shade.className = "yq-rule-shade";
  shade.setAttribute("aria-hidden", "true");
  box.prepend(shade);
  box.classList.add("is-shaded");

  let checkedText = area.value; // what the place of the trouble counts in
  const paint = () => {
    const text = area.value;
    const wrong = trouble();
    const parts = [text];
    if (wrong && text === checkedText) {
      const from = Number(wrong.dataset.trouble);
      const to = from + Math.max(Number(wrong.dataset.length), 1);
      const mark = document.createElement("mark");
      mark.textContent = text.slice(from, to) || " ";
      parts.splice(0, 1, text.slice(0, from), mark, text.slice(to));
    }
    shade.replaceChildren(...parts, "\n");
    area.toggleAttribute("aria-invalid", Boolean(wrong));
    if (wrong) area.setAttribute("aria-invalid", "true");
    shade.scrollTop = area.scrollTop;
  };
  area.addEventListener("scroll", () => {
    shade.scrollTop = area.scrollTop;
  });
  document.addEventListener("htmx:beforeRequest", () => {
    checkedText = area.value;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "checked") paint();
  });

  /* 3 completion ------------------------------------------------------------ */
  const facts = JSON.parse(document.getElementById("completions")?.textContent || "[]");
  const MOST = 8;
  const list = document.createElement("ul");
  list.className = "yq-rule-offers";
  list.id = "rule-offers";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.getElementById("h-fields")?.textContent || "");
  list.hidden = true;
  box.append(list);
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", list.id);

  let chosen = 0;
  let offers = [];
  let begin = 0;
  const close = () => {
    list.hidden = true;
    offers = [];
    area.removeAttribute("aria-activedescendant");
  };
  const choose = (place) => {
    chosen = (place + offers.length) % offers.length;
    [...list.children].forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === chosen));
      if (index === chosen) item.scrollIntoView({ block: "nearest" });
    });
    area.setAttribute("aria-activedescendant", `rule-offer-${chosen}`);
  };
  const rank = (fact, asked) => {
    const said = [fact.name, fact.label, fact.other].map((word) => word.toLowerCase());
    if (said.some((word) => word.startsWith(asked))) return 0;
    return said.some((word) => word.includes(asked)) ? 1 : 2;
  };
  const place = () => {
    const range = document.createRange();
    let left = begin;
    const walker = document.createTreeWalker(shade, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (left <= node.length) {
        range.setStart(node, left);
        break;
      }
      left -= node.length;
    }
    const at = range.getBoundingClientRect();
    const around = box.getBoundingClientRect();
    const most = Math.max(around.width - list.offsetWidth, 0);
    list.style.top = `${at.bottom - around.top + 4}px`;
    list.style.left = `${Math.min(Math.max(at.left - around.left, 0), most)}px`;
  };
  const offer = () => {
    const end = area.selectionStart;
    const word = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(area.value.slice(0, end))?.[0] || "";
    const quoted = (area.value.slice(0, end).match(/'/g) || []).length % 2 === 1;
    if (!word || quoted || area.selectionEnd !== end) return close();
    const asked = word.toLowerCase();
    begin = end - word.length;
    offers = facts
      .map((fact) => [rank(fact, asked), fact])
      .filter(([found, fact]) => found < 2 && fact.typed !== word)
      .sort((one, other) => one[0] - other[0])
      .slice(0, MOST)
      .map(([, fact]) => fact);
    if (!offers.length) return close();
    list.replaceChildren(
      ...offers.map((fact, index) => {
        const item = document.createElement("li");
        item.id = `rule-offer-${index}`;
        item.setAttribute("role", "option");
        const name = document.createElement("code");
        name.textContent = fact.typed;
        const unit = document.createElement("span");
        unit.textContent = fact.unit;
        item.append(fact.label, " ", unit, name);
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(index);
        });
        return item;
      }),
    );
    list.hidden = false;
    place();
    choose(0);
  };
  const take = (index) => {
    const fact = offers[index];
    close();
    write(fact.typed, begin, area.selectionStart);
    close();
  };
  let composing = false;
  area.addEventListener("compositionstart", () => {
    composing = true;
  });
  area.addEventListener("compositionend", () => {
    composing = false;
    offer();
  });
  area.addEventListener("input", (event) => {
    paint();
    if (event.isTrusted && !composing) offer();
  });
  area.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const act = {
      ArrowDown: () => choose(chosen + 1),
      ArrowUp: () => choose(chosen - 1),
      Enter: () => take(chosen),
      Tab: () => take(chosen),
      Escape: close,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  area.addEventListener("blur", close);
  area.addEventListener("click", close);

  /* 4 the list of facts ------------------------------------------------------ */
  const search = document.getElementById("field-q");
  search?.addEventListener("input", (event) => {
    event.stopPropagation(); // finds in what is there; nothing to check
    const asked = search.value.trim().toLowerCase();
    for (const item of document.querySelectorAll(".yq-rule-fields [data-said]")) {
      item.hidden = !item.dataset.said.includes(asked);
    }
  });
  search?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    document.querySelector(".yq-rule-fields [data-said]:not([hidden]) button")?.click();
  });

  paint();
})();
