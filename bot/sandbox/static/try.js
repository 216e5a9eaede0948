// The form that makes messages, and the tour.
"use strict";

document.addEventListener("submit", (event) => {
  const menu = event.target.id === "maker" && event.target.closest("details");
  if (menu) menu.open = false;
});
