/*
  Yuanqi 园企 - whoever writes is there, and whoever is about to be signed out is told before.

  The body's data-idle says how many seconds the session has left if nobody does anything;
  data-idle-url is asked for it. Keys and clicks tell the server now and then that somebody is
  there: half an hour over one long answer is no absence. Two minutes before the end a line says
  so; at the end it says where to sign in again, and the page with what was written stays.
*/
(() => {
  "use strict";

  const { idle, idleUrl, idleSoon, idleStay, idleOver, idleSignIn, idleAgain } = document.body.dataset;
  if (!Number(idle)) return;
  const whole = Number(idle);
  const WARN = Math.min(120, whole / 3);
  const TELL = Math.min(300, whole / 4) * 1000;

  let end = Date.now() + whole * 1000;
  let told = Date.now();
  let timer = null;
  let line = null;

  const ask = async (asks) => {
    try {
      const answer = await fetch(idleUrl, {
        headers: asks ? { "X-Live": "1" } : {},
        credentials: "same-origin",
      });
      if (answer.ok) end = Date.now() + (await answer.json()).left * 1000;
    } catch {
      /* no connection: the time we know of holds */
    }
    look();
  };

  const show = (words, act) => {
    if (!line) {
      line = document.createElement("div");
      line.className = "yq-note yq-idle";
      line.setAttribute("role", "alert");
      document.body.append(line);
    }
    line.replaceChildren(words, " ", act);
  };
  const hide = () => {
    line?.remove();
    line = null;
  };

  const look = () => {
    clearTimeout(timer);
    const left = (end - Date.now()) / 1000;
    if (left <= 0) {
      const link = document.createElement("a");
      link.href = idleSignIn;
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = idleAgain;
      show(idleOver, link);
      return;
    }
    if (left > WARN) {
      hide();
      timer = setTimeout(() => ask(true), (left - WARN) * 1000 + 500);
      return;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = idleStay;
    button.addEventListener("click", () => ask(false));
    show(idleSoon.replace("{minutes}", Math.max(1, Math.round(left / 60))), button);
    timer = setTimeout(() => ask(true), Math.min(left * 1000 + 500, 30000));
  };

  const here = () => {
    if (Date.now() - told < TELL || Date.now() >= end) return;
    told = Date.now();
    ask(false);
  };
  for (const kind of ["keydown", "pointerdown", "input"]) {
    document.addEventListener(kind, here, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => document.hidden || ask(true));
  look();
})();
