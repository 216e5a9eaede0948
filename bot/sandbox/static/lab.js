// The lab: what can be broken, the clock, and what went over the wire.
"use strict";

// An open panel has a stream of its own; a closed one is emptied, which ends it. An entry is fetched when it is opened.
document.addEventListener("toggle", (event) => {
  const entry = event.target.closest?.(".trace");
  if (entry && event.target.open) htmx.trigger(entry.querySelector(".trace-body"), "opened");
  if (event.target.id !== "lab") return;
  htmx.ajax("GET", `/lab/panel?open=${event.target.open}`, { target: "#lab-menu", swap: "innerHTML" });
}, true);

// What was typed in leaves the field once it is taken.
document.addEventListener("htmx:after:request", (event) => {
  const form = event.target.closest?.(".lab-add");
  if (form && (event.detail.ctx?.response?.status ?? 500) < 400) form.reset();
});

// The clock goes on between two pushes.
const clocks = new WeakMap();
setInterval(() => {
  for (const shown of document.querySelectorAll("[data-clock][data-speed]")) {
    const told = `${shown.dataset.clock} ${shown.dataset.speed}`;
    let from = clocks.get(shown);
    if (from?.told !== told) clocks.set(shown, (from = { told, at: performance.now() }));
    const now = new Date(Number(shown.dataset.clock) + (performance.now() - from.at) * Number(shown.dataset.speed));
    shown.textContent = now.toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  }
}, 250);

// On the inspector's own page nobody else clears the note at its foot.
let labToast = 0;
document.addEventListener("htmx:after:swap", () => {
  if (!document.body.matches(".lab-page") || !document.querySelector(".toast")) return;
  clearTimeout(labToast);
  labToast = setTimeout(() => document.querySelector("#toast").replaceChildren(), 6000);
});
