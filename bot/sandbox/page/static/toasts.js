// Short notices in the corner; they stand above an open dialog and go by themselves.

const SHOWN_MS = 9000;

export function toast(words) {
  const box = boxIn([...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body);
  const line = document.createElement("div");
  line.className = "toast";
  line.setAttribute("role", "alert");
  const mark = Object.assign(document.createElement("span"), { className: "mark", textContent: "!" });
  const text = Object.assign(document.createElement("span"), { textContent: words });
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  close.setAttribute("aria-label", "Close the notice");
  close.addEventListener("click", () => line.remove());
  line.append(mark, text, close);
  box.append(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}

function boxIn(parent) {
  let box = parent.querySelector(":scope > .toasts");
  if (!box) {
    box = document.createElement("div");
    box.className = "toasts";
    box.popover = "manual";
    box.dataset.live = "";
    parent.append(box);
  }
  box.hidePopover();
  box.showPopover(); // again, so that it stands above what opened since
  return box;
}
