// What the page can't do by markup alone: keys, dialogs, menus and suggestions. htmx does the talking to the server.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Dialogs

// The server sends the form of a person's view; the browser makes it modal, so that focus stays inside.
function syncModal() {
  const modal = $("#modal");
  if (!modal || modal.open) return;
  modal.addEventListener("cancel", (event) => {
    event.preventDefault();
    $("[data-close-modal]", modal).click();
  });
  modal.showModal();
  const first = $("[autofocus], .modal-body :is(input, textarea, select), .modal-foot .btn-primary", modal);
  if (first) first.focus();
}

// Slack's confirm dialog stands between a press and its sending.
document.addEventListener("htmx:confirm", (event) => {
  const source = event.target.closest("[data-confirm]");
  const content = source && document.getElementById(source.dataset.confirm);
  if (!content) return;
  event.preventDefault();
  const dialog = $("#confirm");
  const { issueRequest, dropRequest } = event.detail;
  let answered = false;
  const answer = (yes) => {
    if (answered) return;
    answered = true;
    dialog.close();
    (yes ? issueRequest : dropRequest)();
    if (source.isConnected) source.focus();
  };
  dialog.replaceChildren(content.content.cloneNode(true));
  $("[data-accept]", dialog).addEventListener("click", () => answer(true));
  $("[data-deny]", dialog).addEventListener("click", () => answer(false));
  dialog.onclose = () => dialog.open || answer(false); // open: the event is of the last time, and late
  dialog.showModal();
  $("[data-deny]", dialog).focus();
});

// Dialogs of the sandbox's own

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) openDialog(opener.dataset.openDialog);
  const dialog = event.target.closest("dialog");
  if (event.target.closest("[data-close-dialog]") || (event.target === dialog && dialog.id === "keys")) dialog.close();
});

function openDialog(id) {
  document.body.classList.remove("drawer");
  const dialog = document.getElementById(id);
  if (dialog && !$("dialog[open]")) dialog.showModal();
}

// Menus

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("details.menu") || !menu.open) return;
  $$("details.menu[open]").filter((other) => other !== menu).forEach((other) => (other.open = false));
  const panel = $(".menu-panel", menu);
  panel.classList.remove("up", "left");
  const box = panel.getBoundingClientRect();
  const room = menu.closest(".scroller, .modal-body, .home-scroll")?.getBoundingClientRect() ?? document.body.getBoundingClientRect();
  panel.classList.toggle("up", box.bottom > room.bottom && menu.getBoundingClientRect().top - room.top > box.height);
  panel.classList.toggle("left", box.left < room.left);
}, true);

document.addEventListener("click", (event) => {
  const inside = event.target.closest("details.menu");
  const chosen = event.target.closest(".menu-item");
  $$("details.menu[open]").forEach((menu) => {
    if (menu !== inside || chosen) menu.open = false;
  });
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (event.key === "Escape") {
    if (menu) {
      menu.open = false;
      $("summary", menu).focus();
    } else if (event.target.closest("#thread-pane") && !event.target.closest(".editor, form:has(.suggest:not([hidden]))") && $("#thread-close")) {
      $("#thread-close").click();
    }
    document.body.classList.remove("drawer");
  }
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key) || event.target.closest("form")) return;
  event.preventDefault();
  const items = $$(".menu-item", menu);
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement);
  items.at((at < 0 ? (step > 0 ? 0 : -1) : at + step + items.length) % items.length)?.focus();
});

// Whoever one becomes sees the thread that is open, if they see the channel.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-become]");
  const thread = $("#thread-messages")?.dataset.thread;
  if (!link || !thread || !new URL(link.href).pathname.endsWith("/c/" + document.body.dataset.channel)) return;
  link.href = link.href.split("?")[0] + "?thread=" + encodeURIComponent(thread);
});

// Clicks that need no server

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-drawer], [data-link], [data-insert], [data-edit], [data-cancel-edit]");
  if (!target) return;
  if (target.matches("[data-drawer]")) {
    const open = document.body.classList.toggle("drawer");
    $(".drawer-btn").setAttribute("aria-expanded", open);
  } else if (target.matches("[data-link]")) {
    window.open(target.dataset.link, "_blank", "noopener,noreferrer");
  } else if (target.matches("[data-insert]")) {
    const text = $("textarea", target.closest("form"));
    text.setRangeText(target.dataset.insert, text.selectionStart, text.selectionEnd, "end");
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (target.matches("[data-edit]")) {
    const editor = $(".editor", document.getElementById(target.dataset.edit));
    editor.hidden = false;
    const text = $("textarea", editor);
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  } else {
    target.closest(".editor").hidden = true;
  }
});

// Composer

const suggestions = {
  list: (form) => $(".suggest", form),
  // The word at the caret that starts with a mark: "/" only at the beginning of the line.
  word(text) {
    const before = text.value.slice(0, text.selectionStart);
    const found = /(^\/\S*|(?:^|\s)@[\p{L}\p{N}._-]*)$/u.exec(before);
    return found ? found[0].trimStart() : "";
  },
  show(form, text) {
    const list = this.list(form);
    const word = this.word(text).toLowerCase();
    const fits = (option) => {
      const names = option.dataset.word.toLowerCase().split(" ");
      const typed = word.slice(1);
      return option.dataset.mark === word[0] && (names.some((n) => n.replace(/^\//, "").startsWith(typed)) || names.join(" ").includes(word));
    };
    const options = word ? [...$("[data-suggestions]", form).content.children].filter(fits) : [];
    list.replaceChildren(...options.map((option, i) => {
      const copy = option.cloneNode(true);
      copy.id = list.id + "-" + i;
      copy.setAttribute("aria-selected", i === 0);
      return copy;
    }));
    list.hidden = options.length === 0;
    this.announce(list, text);
  },
  announce(list, text) {
    const chosen = list.hidden ? null : $("[aria-selected=true]", list);
    if (chosen) {
      text.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else text.removeAttribute("aria-activedescendant");
  },
  move(list, text, step) {
    const options = [...list.children];
    const at = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
    options.forEach((o) => o.setAttribute("aria-selected", "false"));
    options.at((at + step + options.length) % options.length).setAttribute("aria-selected", "true");
    this.announce(list, text);
  },
  take(list, text, option) {
    const word = this.word(text);
    text.setRangeText(option.dataset.text, text.selectionStart - word.length, text.selectionStart, "end");
    list.hidden = true;
    this.announce(list, text);
    text.focus();
  },
};

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-composer]");
  if (form) suggestions.show(form, event.target);
});

document.addEventListener("mousedown", (event) => {
  const option = event.target.closest(".suggest [role=option]");
  if (!option) return;
  event.preventDefault();
  const form = option.closest("form");
  suggestions.take(suggestions.list(form), $("textarea", form), option);
});

document.addEventListener("keydown", (event) => {
  const text = event.target;
  const form = text.closest?.("[data-composer], .editor");
  if (!form || text.tagName !== "TEXTAREA" || event.isComposing) return;
  const list = suggestions.list(form);
  const open = list && !list.hidden;
  if (open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    suggestions.move(list, text, event.key === "ArrowDown" ? 1 : -1);
  } else if (open && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) {
    const chosen = $("[aria-selected=true]", list);
    // A word that is already whole is sent, not completed again.
    if (event.key === "Enter" && chosen.dataset.text.trim() === suggestions.word(text)) {
      event.preventDefault();
      list.hidden = true;
      form.requestSubmit();
      return;
    }
    event.preventDefault();
    suggestions.take(list, text, chosen);
  } else if (open && event.key === "Escape") {
    event.stopPropagation();
    list.hidden = true;
  } else if (event.key === "Escape" && form.matches(".editor")) {
    form.hidden = true;
    form.closest(".message").focus();
  } else if (event.key === "ArrowUp" && text.value === "" && form.matches("[data-composer]")) {
    const last = $$(".message.own", form.closest("aside, main")).at(-1);
    if (!last) return;
    event.preventDefault();
    $("[data-edit]", last).click();
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    if (text.value.trim()) form.requestSubmit();
  }
});

// Some keyboards insert the line break although the key was handled.
let shift = false;
document.addEventListener("keydown", (event) => (shift = event.shiftKey), true);
document.addEventListener("beforeinput", (event) => {
  if (event.inputType === "insertLineBreak" && !shift && event.target.closest("[data-composer], .editor")) event.preventDefault();
});

// What was sent leaves the box at once, and comes back if it could not be sent.
document.addEventListener("htmx:before:request", (event) => {
  const form = event.target.closest?.("[data-composer]");
  if (!form) return;
  const text = $("textarea", form);
  form.unsent = text.value;
  text.value = "";
});

document.addEventListener("htmx:after:request", (event) => {
  const form = event.target.closest?.("form");
  if (!form) return;
  const ok = (event.detail.ctx?.response?.status ?? 500) < 400;
  const text = $("textarea", form);
  if (form.matches("[data-composer]")) {
    if (ok) $(form.closest("aside") ? ".thread-scroller" : "#scroller")?.scrollTo({ top: 0 });
    else if (!text.value) text.value = form.unsent ?? "";
  } else if (form.matches(".editor") && ok) form.hidden = true;
});

// What the server sends

// Narrow windows are mostly phones, where focus brings up the keyboard.
const wide = () => matchMedia("(min-width: 801px)").matches;

let toastTimer = 0;
let seenError = null;
let seenThread = null;
document.addEventListener("htmx:after:swap", () => {
  syncModal();
  const error = $(".field-error:not(:empty)");
  if (error && error !== seenError) $(":is(input, textarea, select)", error.closest(".block"))?.focus();
  seenError = error;
  if ($(".toast")) {
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => $("#toast").replaceChildren(), 6000);
  }
  const thread = $("#thread-composer-text");
  if (thread && !seenThread && wide()) thread.focus();
  seenThread = thread;
});

document.addEventListener("DOMContentLoaded", () => {
  syncModal();
  seenThread = $("#thread-composer-text");
  const live = $("#live");
  live.addEventListener("stale", () => location.reload());
  live.addEventListener("open", () => {
    document.body.classList.remove("offline");
    document.body.dataset.live = ""; // from now on the page follows what happens
  });
  for (const broken of ["htmx:sse:error", "htmx:error"]) live.addEventListener(broken, () => document.body.classList.add("offline"));
  if (wide()) (seenThread ?? $("#composer-text"))?.focus();
});
