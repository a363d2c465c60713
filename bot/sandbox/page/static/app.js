// Wires the page: every event is heard once, at the top, so that merged-in parts work without further ado.

import { act, app, here } from "./acts.js";
import { key, send, startCommand, typed } from "./composer.js";
import { changed, openOverflow, openPicker, press, removeChip, tell } from "./controls.js";
import { broken, dismiss, focusComposer, go, listen, settle } from "./live.js";
import { closeView, submitView } from "./modals.js";
import { closePopup, openPopup, popupOf } from "./popup.js";

const REACTIONS = [["+1", "👍"], ["eyes", "👀"], ["white_check_mark", "✅"], ["tada", "🎉"], ["heart", "❤️"], ["pray", "🙏"], ["rotating_light", "🚨"], ["x", "❌"]];
const TEXTS = /^(plain_text|number|email_text|url_text)_input$/;

const rows = (id) => [...document.getElementById(id).content.cloneNode(true).children];

function row(words, attributes = {}) {
  const made = Object.assign(document.createElement("li"), { textContent: words });
  made.setAttribute("role", "menuitem");
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

const react = (line, name, remove) => act("react", { channel: here().channel, ts: line.dataset.ts, name, remove });

const DO = {
  menu: () => app().toggleAttribute("data-live-menu"),
  theme() {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
    document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
    localStorage.setItem("theme", document.documentElement.dataset.theme);
  },
  people(button) {
    if (popupOf() === button) closePopup();
    else openPopup(button, [...button.querySelector("template.people").content.cloneNode(true).children], () => {}, { end: true, label: "Act as" });
  },
  shortcuts(button) {
    const form = button.closest(".composer");
    const shortcuts = rows("global-shortcuts");
    const commands = rows("command-list").map((each) => (each.setAttribute("role", "menuitem"), each));
    openPopup(button, [...shortcuts, ...commands], (picked) => {
      if (picked.dataset.callback) act("shortcut", { callback_id: picked.dataset.callback });
      else startCommand(form, `${picked.dataset.insert} `);
    }, { above: true, className: "completion", label: "Shortcuts and commands" });
  },
  "close-view": (button) => closeView(button.closest("dialog")),
  dismiss: (button) => dismiss(button.closest(".line")),
  react: (button) => react(button.closest(".line"), button.dataset.name, button.getAttribute("aria-pressed") === "true"),
  "react-menu"(button) {
    const line = button.closest(".line");
    const box = document.createElement("li");
    box.className = "emoji-row";
    box.append(...REACTIONS.map(([name, picture]) => row(picture, { "data-name": name, "aria-label": name })));
    openPopup(button, [box], (picked) => react(line, picked.dataset.name), { end: true, row: true, label: "Reactions" });
  },
  more(button) {
    const line = button.closest(".line");
    const copy = row("Copy text", { "data-copy": "" });
    openPopup(button, [...rows("message-shortcuts"), copy], (picked) => {
      if (picked.dataset.callback) act("shortcut", { callback_id: picked.dataset.callback, channel: here().channel, ts: line.dataset.ts });
      else navigator.clipboard?.writeText(line.dataset.words);
    }, { end: true, label: "For this message" });
  },
};

addEventListener("click", (event) => {
  const { target } = event;
  if (target === app()) delete app().dataset.liveMenu;
  const link = target.closest("a[data-go], a[data-channel]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    go(link.dataset.channel ? `/as/${here().user}/${link.dataset.channel}` : link.href);
    return;
  }
  const chip = target.closest(".picker.many .chip");
  if (chip) return void removeChip(chip.closest(".picker"), chip);
  const label = target.closest("label.label");
  if (label) document.getElementById(label.htmlFor)?.focus();
  const doer = target.closest("[data-do]");
  if (doer) return void DO[doer.dataset.do](doer);
  const control = target.closest("[data-element]");
  if (!control) return;
  if (control.dataset.element === "button") press(control);
  else if (control.dataset.element === "overflow") openOverflow(control);
  else if (control.classList.contains("picker")) openPicker(control);
});

addEventListener("input", (event) => {
  const form = event.target.closest(".composer");
  if (form && event.target.matches("textarea")) typed(form);
  if (event.target.matches("[data-triggers~=on_character_entered]")) tell(event.target);
});

addEventListener("change", (event) => {
  const control = event.target.closest("[data-element]");
  if (control && !event.target.matches(".search")) changed(control);
});

addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.matches(".composer")) send(event.target);
  else if (event.target.matches(".modal-form")) submitView(event.target.closest("dialog"));
});

addEventListener("keydown", (event) => {
  const { target } = event;
  const form = target.closest?.(".composer");
  if (form && target.matches("textarea")) key(form, event);
  else if (target.matches?.(".picker") && ["Enter", " ", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    openPicker(target);
  } else if (target.matches?.(".picker.many") && event.key === "Backspace") {
    const last = [...target.querySelectorAll(".chosen")].at(-1);
    if (last) removeChip(target, last);
  } else if (TEXTS.test(target.dataset?.element) && event.key === "Enter" && !target.matches("textarea") && target.closest("[data-dispatch], .line")) {
    event.preventDefault(); // Enter hands the text to the app instead of sending the form
    tell(target);
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") walk(event);
  else if (event.key === "t" && target.matches?.(".line")) target.querySelector("a.tool")?.click();
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) escape(target);
});

function escape(target) {
  if ("liveMenu" in app().dataset) delete app().dataset.liveMenu;
  else if (here().thread && !target.value) document.querySelector("[data-close-thread]").click();
}

// Arrows walk along the messages; with Alt they walk along the channels.
function walk(event) {
  const by = event.key === "ArrowDown" ? 1 : -1;
  if (event.altKey) {
    const places = [...document.querySelectorAll(".place")];
    const at = places.findIndex((place) => place.getAttribute("aria-current"));
    places[(at + by + places.length) % places.length]?.click();
    event.preventDefault();
    return;
  }
  const line = event.target.closest?.(".line");
  const scroller = event.target.closest?.(".messages");
  if (!scroller || !(event.target === line || event.target === scroller || event.target.matches(".line :is(button, a)"))) return;
  const lines = [...scroller.querySelectorAll(".line")];
  const next = line ? lines[lines.indexOf(line) + by] : lines.at(-1);
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    event.preventDefault();
  }
}

addEventListener("error", (event) => {
  if (event.target instanceof HTMLImageElement) broken(event.target);
}, true);
addEventListener("popstate", () => go(location.href, { push: false }));

settle();
focusComposer();
listen();
if (here().tab === "home") act("home", {}, { quiet: true });
document.documentElement.dataset.ready = "";
