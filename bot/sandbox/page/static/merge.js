// Merges fresh HTML from the server into the page: what is the same stays the same node, so that focus, half-typed text,
// scroll positions and pictures survive. The script owns `data-live…` attributes and nodes marked `data-live`.

const OURS = /^(open|style|aria-expanded|data-live.*)$/;

export function merge(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.isEqualNode(fresh)) return;
  mergeAttributes(old, fresh);
  if (old.hasAttribute("data-live-keep")) return;
  if (old.nodeName === "TEMPLATE") {
    if (old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
    return;
  }
  mergeChildren(old, fresh);
}

function mergeAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !OURS.test(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !OURS.test(name)) old.setAttribute(name, value);
  }
}

function mergeChildren(old, fresh) {
  const byId = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  const staying = new Set([...fresh.children].map((child) => child.id).filter(Boolean));
  const goes = (node) => !isOurs(node) && !(node.id && staying.has(node.id));
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const match = next.id ? byId.get(next.id) : alike(at, next);
    if (!match || match.nodeName !== next.nodeName) {
      old.insertBefore(next, at);
      continue;
    }
    while (at && at !== match && (goes(at) || isOurs(at))) at = dropped(at);
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
    merge(match, next);
  }
  while (at) at = dropped(at);
}

// Removes a node that the server no longer sends, and returns the one after it.
function dropped(node) {
  const after = node.nextSibling;
  if (!isOurs(node)) node.remove();
  return after;
}

function isOurs(node) {
  return node.nodeType === Node.ELEMENT_NODE && node.hasAttribute("data-live");
}

// The nearest following node of the same kind, for nodes without an id; text only matches in place.
function alike(at, next) {
  if (next.nodeType !== Node.ELEMENT_NODE) return at && at.nodeType === next.nodeType ? at : null;
  for (let node = at, steps = 0; node && steps < 12; node = node.nextSibling, steps += 1) {
    if (node.nodeName === next.nodeName && !node.id && !isOurs(node) && node.classList[0] === next.classList[0]) return node;
  }
  return null;
}
