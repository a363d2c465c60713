// Modals: opened as the server stacks them, submitted and closed through the server.

import { act } from "./acts.js";
import { valuesOf } from "./controls.js";

export function readyModals() {
  for (const dialog of document.querySelectorAll("dialog.modal:not([open])")) {
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault(); // the server closes it, and tells the app when it asked for that
      if (event.target === dialog) closeView(dialog);
    });
    dialog.showModal();
    const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector(".modal-body :is(input, textarea, .picker, button)");
    (first ?? dialog.querySelector("[data-submit]"))?.focus();
  }
  focusError();
}

function focusError() {
  const dialog = [...document.querySelectorAll("dialog.modal")].at(-1);
  const box = dialog?.querySelector(".invalid");
  if (!box || dialog.dataset.liveErrors === box.textContent) return;
  dialog.dataset.liveErrors = box.textContent;
  const control = box.querySelector("[data-element]");
  (control?.matches("input, textarea, .picker") ? control : control?.querySelector("input"))?.focus();
  box.scrollIntoView({ block: "nearest" });
}

export function closeView(dialog, { all = false } = {}) {
  return act("view", { view_id: dialog.dataset.view, action: "close", all });
}

export async function submitView(dialog) {
  const button = dialog.querySelector("[data-submit]");
  if (!button || "liveBusy" in button.dataset) return;
  const problem = dialog.querySelector(".modal-problem");
  problem.textContent = "";
  button.dataset.liveBusy = "";
  delete dialog.dataset.liveErrors;
  const answer = await act("view", { view_id: dialog.dataset.view, action: "submit", values: valuesOf(dialog) });
  delete button.dataset.liveBusy;
  if (!answer) problem.textContent = "It was not sent. Nothing you typed is lost: try again.";
}
