// The keys of Slack's client, so that the page can be used without a mouse.
"use strict";

const places = ["#sidebar .nav-item[aria-current]", "#scroller, .home-scroll", "#composer-text", ".thread-scroller", "#thread-composer-text"];

// F6 goes round the parts of the page, backwards with Shift.
function nextPlace(step) {
  const found = places.map((place) => $(place)).filter((element) => element?.checkVisibility({ visibilityProperty: true }));
  const part = (element) => element.closest("#sidebar, .scroller, .home-scroll, .composer");
  const at = found.findIndex((element) => part(element) && part(element) === part(document.activeElement));
  const to = found.at((at < 0 ? (step > 0 ? 0 : -1) : at + step + found.length) % found.length);
  (to.matches(".scroller") ? ($$(".message", to).at(-1) ?? to) : to).focus();
}

document.addEventListener("keydown", (event) => {
  if ($("dialog[open]") || event.defaultPrevented) return;
  const control = event.ctrlKey || event.metaKey;
  if (event.key === "F6") {
    event.preventDefault();
    nextPlace(event.shiftKey ? -1 : 1);
  } else if (control && event.key === "/") {
    event.preventDefault();
    openDialog("keys");
  } else if (control && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (!wide()) document.body.classList.add("drawer");
    $("#sidebar [aria-current]")?.focus();
  }
});

// Up and down go from one message, or channel, to the next.
document.addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const at = document.activeElement;
  const list = at.matches(".message, .scroller") ? [$$(".message", at.closest(".scroller")), at] : at.matches("#sidebar .nav-item") ? [$$("#sidebar .nav-item"), at] : null;
  if (!list || event.defaultPrevented) return;
  if (step) {
    event.preventDefault();
    const index = list[0].indexOf(at);
    (index < 0 ? list[0].at(-1) : list[0][index + step])?.focus();
  } else if (event.key === "ArrowRight" && at.matches(".message")) {
    $("[data-open-thread], [data-reply]", at)?.click();
  }
});

// A press redraws its message, often without the button that was pressed: focus stays with the message then.
let actedOn = null;
document.addEventListener("htmx:before:request", (event) => (actedOn = event.target.closest?.(".message")?.id ?? actedOn));
document.addEventListener("htmx:after:swap", () => {
  if (actedOn && document.activeElement === document.body && !$("dialog[open]")) document.getElementById(actedOn)?.focus({ preventScroll: true });
});
document.addEventListener("pointerdown", () => (actedOn = null));
