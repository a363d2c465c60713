// One menu or list of options at a time, beside what opened it; arrows, Enter, Escape and letters work in it.

let open = null;

// rows: nodes with role option or menuitem. Options: search (words of a search field), onType(query) -> rows or a promise of
// them, keepFocus (the opener keeps the focus and forwards keys), above, label.
export function openPopup(anchor, rows, onPick, options = {}) {
  closePopup();
  const box = document.createElement("div");
  box.className = `popup ${options.className ?? ""}`;
  box.popover = "manual";
  box.dataset.live = "";
  const list = document.createElement("ul");
  list.setAttribute("role", options.role ?? "menu");
  list.setAttribute("aria-label", options.label ?? "Choices");
  list.id = "popup-list";
  list.append(...rows);
  box.append(list);
  open = { anchor, box, list, onPick, options };
  if (options.search) box.prepend(searchField(options));
  (anchor.closest("dialog") ?? document.body).append(box);
  box.showPopover();
  anchor.setAttribute("aria-expanded", "true");
  anchor.closest(".line")?.setAttribute("data-live-held", "");
  box.addEventListener("click", picked);
  box.addEventListener("keydown", popupKey);
  place();
  if (!options.keepFocus) {
    box.tabIndex = -1;
    (box.querySelector(".search") ?? box).focus();
    activate(list.querySelector("[aria-selected=true], [aria-current]") ?? choices()[0]);
  } else activate(choices()[0]);
  return box;
}

export function closePopup({ focus = false } = {}) {
  if (!open) return;
  const { anchor, box } = open;
  open = null;
  box.remove();
  anchor.setAttribute("aria-expanded", "false");
  anchor.closest(".line")?.removeAttribute("data-live-held");
  if (focus && anchor.isConnected) anchor.focus();
}

export const popupOf = () => open?.anchor ?? null;

export function showRows(rows) {
  if (!open) return;
  open.list.replaceChildren(...rows);
  activate(choices()[0]);
  place();
}

// Handles a key in the popup or in the field that keeps the focus; true when it was used.
export function popupKey(event) {
  if (!open || event.isComposing) return false;
  const { key } = event;
  const { keepFocus, row, search } = open.options;
  if (key === "ArrowDown" || (key === "ArrowRight" && row)) step(1);
  else if (key === "ArrowUp" || (key === "ArrowLeft" && row)) step(-1);
  else if ((key === "Enter" || (key === "Tab" && keepFocus)) && active()) choose(active(), event);
  else if (key === "Escape" || key === "Tab") closePopup({ focus: !keepFocus });
  else if (!keepFocus && !search && /^\w$/.test(key)) jump(key);
  else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

function picked(event) {
  const row = event.target.closest("[role=option], [role=menuitem]");
  if (row) choose(row, event);
}

function choose(row, event) {
  if (row.matches("a[href]")) {
    if (event.type === "keydown") row.click(); // Enter on the list, which has the focus
    return; // the browser follows the link
  }
  const { onPick, options } = open;
  closePopup({ focus: !options.keepFocus });
  onPick(row);
}

function searchField(options) {
  const field = document.createElement("input");
  field.className = "input search";
  field.type = "text";
  field.placeholder = options.search;
  field.setAttribute("aria-label", options.search);
  field.setAttribute("aria-controls", "popup-list");
  field.addEventListener("input", async () => {
    const typed = field.value;
    const rows = await options.onType(typed);
    if (open?.options === options && field.value === typed && rows) showRows(rows);
  });
  return field;
}

const choices = () => [...open.list.querySelectorAll("[role=option], [role=menuitem]")].filter((row) => !row.hidden);
const active = () => open.list.querySelector("[data-active]");

function activate(row) {
  active()?.removeAttribute("data-active");
  if (!row) return;
  row.id ||= `popup-row-${choices().indexOf(row)}`;
  row.dataset.active = "";
  row.scrollIntoView({ block: "nearest" });
  (open.box.querySelector(".search") ?? (open.options.keepFocus ? open.anchor : open.box)).setAttribute("aria-activedescendant", row.id);
}

function step(by) {
  const rows = choices();
  if (rows.length) activate(rows[(rows.indexOf(active()) + by + rows.length) % rows.length]);
}

// Goes to the next row that begins with the typed letter.
function jump(letter) {
  const rows = choices();
  const from = rows.indexOf(active()) + 1;
  const found = [...rows.slice(from), ...rows.slice(0, from)].find((each) => each.textContent.trim().toLowerCase().startsWith(letter.toLowerCase()));
  if (found) activate(found);
}

function place() {
  const { anchor, box, options } = open;
  const at = anchor.getBoundingClientRect();
  box.style.minWidth = options.wide ? `${at.width}px` : "";
  const { width, height } = box.getBoundingClientRect();
  const below = innerHeight - at.bottom - 12;
  const goesUp = options.above || (below < height && at.top > below);
  box.style.left = `${Math.max(8, Math.min(options.end ? at.right - width : at.left, innerWidth - width - 8))}px`;
  box.style.top = `${Math.max(8, goesUp ? at.top - height - 4 : at.bottom + 4)}px`;
}

addEventListener("pointerdown", (event) => {
  if (open && !open.box.contains(event.target) && !open.anchor.contains(event.target)) closePopup();
}, true);
addEventListener("resize", () => open && place());
