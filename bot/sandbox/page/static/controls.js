// The interactive elements of Block Kit: what stands in them, asking before they act, telling the app.

import { act, ask, here } from "./acts.js";
import { closePopup, openPopup, popupOf } from "./popup.js";

const DEBOUNCE_MS = 250;
const FEW = 7; // more options than this get a field to filter them

// Returns what the person chose or typed, as the server takes it.
export function valueOf(control) {
  const kind = control.dataset.element;
  if (kind === "button") return control.dataset.value ?? null;
  if (kind.endsWith("_select")) {
    const chosen = [...control.querySelectorAll(".chosen")].map((each) => each.dataset.value);
    return control.hasAttribute("data-many") ? chosen : (chosen[0] ?? null);
  }
  if (kind === "checkboxes") return [...control.querySelectorAll("input:checked")].map((box) => box.value);
  if (kind === "radio_buttons") return control.querySelector("input:checked")?.value ?? null;
  if (kind === "datetimepicker") return control.value ? String(Math.floor(new Date(control.value) / 1000)) : null;
  return control.value === "" ? null : control.value;
}

// Block id -> value of every input of a form.
export function valuesOf(form) {
  const fields = [...form.querySelectorAll(".block.input [data-element]")];
  return Object.fromEntries(fields.map((field) => [field.dataset.block, valueOf(field)]));
}

function placeOf(control) {
  const view = control.closest("[data-view]");
  if (view) return { view_id: view.dataset.view };
  return { channel: here().channel, ts: control.closest("[data-ts]").dataset.ts };
}

// Tells the server what happened to a control; the server decides whether the app hears of it.
export async function tell(control, value = valueOf(control)) {
  const place = placeOf(control);
  const body = { ...place, action_id: control.dataset.action, block_id: control.dataset.block, value };
  control.dataset.liveBusy = "";
  const answer = await (place.view_id ? act("view", { ...body, action: "block_action" }) : act("click", body));
  delete control.dataset.liveBusy;
  return answer;
}

function confirmed(control) {
  const asked = control.querySelector(":scope > template.confirm") ?? control.parentElement.querySelector(":scope > template.confirm");
  if (!asked || !(control.contains(asked) || control.parentElement.classList.contains("moment"))) return Promise.resolve(true);
  const dialog = document.createElement("dialog");
  dialog.className = "confirm-dialog";
  dialog.dataset.live = "";
  dialog.append(asked.content.cloneNode(true));
  const title = dialog.querySelector("h2");
  title.id = "confirm-title";
  dialog.setAttribute("aria-labelledby", title.id);
  (control.closest("dialog") ?? document.body).append(dialog);
  dialog.showModal();
  dialog.querySelector("button[value=yes]").focus();
  return new Promise((done) => {
    dialog.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) dialog.close(button.value);
      else if (event.target === dialog && !within(event, dialog)) dialog.close("no");
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
  });
}

function within(event, box) {
  const { left, right, top, bottom } = box.getBoundingClientRect();
  return event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
}

export async function press(button) {
  if ("liveBusy" in button.dataset || !(await confirmed(button))) return;
  await tell(button);
}

export function openOverflow(button) {
  if (popupOf() === button) return closePopup();
  openPopup(button, rowsOf(button), async (row) => {
    if (row.dataset.url) window.open(row.dataset.url, "_blank", "noopener");
    if (await confirmed(button)) await tell(button, row.dataset.value);
  }, { label: "More actions" });
}

const rowsOf = (control) => [...control.querySelector(":scope > template.options").content.cloneNode(true).children];

export function openPicker(picker) {
  if (popupOf() === picker) return closePopup();
  const external = picker.hasAttribute("data-external");
  const rows = external ? [note("Type to search")] : marked(picker, rowsOf(picker));
  const onType = external ? suggestions(picker) : (typed) => matching(picker, typed);
  const long = picker.querySelector(":scope > template.options").content.querySelectorAll("[role=option]").length > FEW;
  openPopup(picker, rows, (row) => pick(picker, row), {
    role: "listbox", wide: true, label: picker.getAttribute("aria-label"), onType,
    search: external ? "Search" : long && "Filter",
  });
  if (external && Number(picker.dataset.minQuery) === 0) document.querySelector(".popup .search")?.dispatchEvent(new Event("input"));
}

function marked(picker, rows) {
  const chosen = [].concat(valueOf(picker) ?? []);
  const options = rows.flatMap((row) => (row.matches("[role=option]") ? [row] : [...row.querySelectorAll("[role=option]")]));
  for (const option of options) option.setAttribute("aria-selected", String(chosen.includes(option.dataset.value)));
  return rows;
}

function matching(picker, typed) {
  const words = typed.trim().toLowerCase();
  const rows = marked(picker, rowsOf(picker)).map((row) => {
    if (row.matches("[role=option]")) return row.textContent.toLowerCase().includes(words) ? row : null;
    for (const option of row.querySelectorAll("[role=option]")) if (!option.textContent.toLowerCase().includes(words)) option.remove();
    return row.querySelector("[role=option]") ? row : null;
  }).filter(Boolean);
  return rows.length ? rows : [note("Nothing matches")];
}

// Asks the app once the person paused; an answer to something typed earlier is dropped by the popup.
function suggestions(picker) {
  let latest = 0;
  return async (typed) => {
    const mine = ++latest;
    if (typed.trim().length < Number(picker.dataset.minQuery)) return [note(`Type at least ${picker.dataset.minQuery} characters`)];
    await new Promise((done) => setTimeout(done, DEBOUNCE_MS));
    if (mine !== latest) return null;
    const asked = { ...placeOf(picker), action_id: picker.dataset.action, block_id: picker.dataset.block, value: typed };
    const answer = await ask("options", asked);
    if (!answer.ok) return [note(answer.message ?? "The app did not answer")];
    const offered = answer.option_groups?.length ? answer.option_groups.flatMap((group) => [title(group.label?.text), ...group.options.map(option)]) : (answer.options ?? []).map(option);
    return offered.length ? marked(picker, offered) : [note("No results")];
  };
}

function option({ text, value, description }) {
  const row = document.createElement("li");
  row.setAttribute("role", "option");
  row.dataset.value = value;
  row.append(Object.assign(document.createElement("span"), { className: "option-text", textContent: text.text }));
  if (description) row.append(Object.assign(document.createElement("small"), { textContent: description.text }));
  return row;
}

const note = (words) => Object.assign(document.createElement("li"), { className: "nothing", textContent: words });
const title = (words) => Object.assign(document.createElement("li"), { className: "option-group-label", textContent: words ?? "" });

async function pick(picker, row) {
  if (!(await confirmed(picker))) return;
  const many = picker.hasAttribute("data-many");
  const chosen = picker.querySelector(".picker-chosen");
  const present = [...chosen.children].find((each) => each.dataset.value === row.dataset.value);
  if (present && many) present.remove();
  else {
    if (many && picker.dataset.most && chosen.children.length >= Number(picker.dataset.most)) return;
    if (!many) chosen.replaceChildren();
    chosen.append(chip(row, many));
  }
  picker.dataset.liveKeep = "";
  await tell(picker);
}

function chip(row, many) {
  const made = document.createElement("span");
  made.className = many ? "chosen chip" : "chosen";
  made.dataset.value = row.dataset.value;
  made.append(...row.querySelector(".option-text").cloneNode(true).childNodes);
  return made;
}

export async function removeChip(picker, chosen) {
  chosen.remove();
  picker.dataset.liveKeep = "";
  await tell(picker);
}

// Boxes, radio buttons, dates and finished texts.
export async function changed(control) {
  if (await confirmed(control)) return tell(control);
  for (const box of control.querySelectorAll?.("input") ?? []) box.checked = box.defaultChecked;
  if ("defaultValue" in control) control.value = control.defaultValue;
  return null;
}

// Prepares what only the browser can: instants in its zone.
export function ready(root) {
  for (const field of root.querySelectorAll("input[data-instant]:not([data-live-ready])")) {
    const at = new Date(field.dataset.instant);
    const local = new Date(at.getTime() - at.getTimezoneOffset() * 60000);
    field.value = local.toISOString().slice(0, 16);
    field.dataset.liveReady = "";
  }
}
