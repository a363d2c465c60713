// Writing: drafts, completion of commands, people and channels, sending.

import { act, here } from "./acts.js";
import { closePopup, openPopup, popupKey, popupOf, showRows } from "./popup.js";

const SOURCES = [
  { before: /^(\/[\w-]*)$/, list: "command-list", after: " " },
  { before: /(?:^|\s)(@[\w.-]*)$/, list: "person-list", after: " " },
  { before: /(?:^|\s)(#[\w-]*)$/, list: "channel-list", after: " " },
];

const draftKey = (form) => `draft ${here().user} ${form.id}`;

export function readyComposers(root) {
  for (const form of root.querySelectorAll(".composer:not([data-live-ready])")) {
    form.dataset.liveReady = "";
    const field = form.querySelector("textarea");
    field.value = sessionStorage.getItem(draftKey(form)) ?? "";
    dress(form);
  }
}

function dress(form) {
  const field = form.querySelector("textarea");
  form.toggleAttribute("data-live-filled", field.value.trim() !== "");
  if (!CSS.supports("field-sizing", "content")) {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }
  usage(form, field.value);
}

// Shows what follows a command, as soon as it stands there in full.
function usage(form, text) {
  const command = /^(\/[\w-]+)(?:\s|$)/.exec(text)?.[1];
  const row = command && document.getElementById("command-list").content.querySelector(`[data-insert="${CSS.escape(command)}"]`);
  let line = form.querySelector(".composer-usage");
  if (!row || form.dataset.thread) return line?.remove();
  if (!line) {
    line = Object.assign(document.createElement("p"), { className: "composer-usage" });
    line.dataset.live = "";
    form.prepend(line);
  }
  const hint = row.querySelector(".usage").textContent;
  line.replaceChildren(Object.assign(document.createElement("b"), { textContent: command }), ` ${hint}`, Object.assign(document.createElement("small"), { textContent: row.querySelector("small").textContent }));
}

export function typed(form) {
  const field = form.querySelector("textarea");
  if (field.value) sessionStorage.setItem(draftKey(form), field.value);
  else sessionStorage.removeItem(draftKey(form));
  dress(form);
  complete(form, field);
}

function complete(form, field) {
  const before = field.value.slice(0, field.selectionStart);
  for (const { before: pattern, list, after } of SOURCES) {
    const found = pattern.exec(before);
    if (!found || (list === "command-list" && form.dataset.thread)) continue;
    const words = found[1].toLowerCase();
    const rows = [...document.getElementById(list).content.cloneNode(true).children].filter((row) => row.dataset.insert.toLowerCase().startsWith(words));
    if (!rows.length || (rows.length === 1 && rows[0].dataset.insert.toLowerCase() === words)) break; // Enter sends it
    if (popupOf() === field) return showRows(rows);
    openPopup(field, rows, (row) => insert(form, field, row.dataset.insert + after), {
      role: "listbox", keepFocus: true, above: true, className: "completion", label: "Completions",
    });
    return undefined;
  }
  if (popupOf() === field) closePopup();
  return undefined;
}

function insert(form, field, words) {
  const before = field.value.slice(0, field.selectionStart).replace(/\S*$/, "");
  const rest = field.value.slice(field.selectionStart).replace(/^ /, "");
  field.value = before + words + rest;
  field.selectionStart = field.selectionEnd = before.length + words.length;
  field.focus();
  typed(form);
}

export function startCommand(form, text) {
  const field = form.querySelector("textarea");
  field.value = text;
  field.focus();
  typed(form);
}

export function key(form, event) {
  const field = form.querySelector("textarea");
  if (popupOf() === field && popupKey(event)) return;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send(form);
  }
}

export async function send(form) {
  const field = form.querySelector("textarea");
  const text = field.value;
  if (!text.trim()) return;
  closePopup();
  field.value = "";
  typed(form);
  const messages = form.parentElement.previousElementSibling;
  messages.scrollTop = messages.scrollHeight; // whoever writes wants to see it, and the answer
  const place = { channel: here().channel, thread_ts: form.dataset.thread || undefined };
  const isCommand = /^\/[\w-]/.test(text) && !text.startsWith("//");
  const broadcast = form.querySelector("[name=broadcast]")?.checked || undefined;
  if (form.querySelector("[name=broadcast]")) form.querySelector("[name=broadcast]").checked = false;
  const sent = await (isCommand ? act("command", { ...place, text }) : act("say", { ...place, text, broadcast }));
  if (!sent && !field.value && field.isConnected) {
    field.value = text; // nothing typed is lost
    typed(form);
    closePopup();
  }
}
