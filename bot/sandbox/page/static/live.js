// Keeps the page like the workspace: hears of changes, fetches the page's live part, merges it in.

import { act, app, here } from "./acts.js";
import { readyComposers } from "./composer.js";
import { ready } from "./controls.js";
import { merge } from "./merge.js";
import { readyModals } from "./modals.js";

const CALM_MS = 200; // a message may be edited many times a second; the page follows a few times a second
const NEAR_PX = 80;

let running = null;
let again = false;
let lastAt = 0;
let asked = 0;

const livePath = (address) => {
  const url = new URL(address, location.href);
  return `${url.pathname}/live${url.search}`;
};

// Fetches and merges; calls while one is under way end in one more.
export function refresh() {
  if (running) {
    again = true;
    return running;
  }
  running = follow().finally(() => { running = null; });
  return running;
}

async function follow() {
  do {
    again = false;
    await new Promise((done) => setTimeout(done, Math.max(0, lastAt + CALM_MS - Date.now())));
    lastAt = Date.now();
    const address = location.href;
    const html = await fetched(address);
    if (html !== null && address === location.href) show(html);
  } while (again);
}

async function fetched(address) {
  try {
    const response = await fetch(livePath(address));
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}

// Opens another place without leaving the page.
export async function go(address, { push = true } = {}) {
  const mine = ++asked;
  const html = await fetched(address);
  if (mine !== asked) return; // the person has chosen another place meanwhile
  if (html === null) {
    location.href = address;
    return;
  }
  if (push) history.pushState(null, "", address);
  const before = here().channel;
  show(html);
  delete app().dataset.liveMenu;
  if (here().tab === "home") act("home", {}, { quiet: true });
  if (before !== here().channel || here().thread) focusComposer();
}

export function focusComposer() {
  if (matchMedia("(hover: hover)").matches) [...document.querySelectorAll(".composer textarea")].at(here().thread ? -1 : 0)?.focus();
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("app");
  withoutDismissed(fresh);
  const seen = new Set([...document.querySelectorAll("#app .line")].map((line) => line.id));
  const channel = here().channel;
  const thread = here().thread;
  merge(app(), fresh);
  document.title = here().title;
  settle();
  if (channel === here().channel && thread === here().thread) announce(seen);
}

// After every merge, and once at the start.
export function settle() {
  withoutDismissed(document);
  readyComposers(document);
  ready(document);
  readyModals();
  for (const picture of document.querySelectorAll(".picture img")) if (picture.complete && !picture.naturalWidth) broken(picture);
  document.querySelectorAll(".messages:not([data-live-ready])").forEach(followEnd);
  read();
}

// Keeps the newest message in sight, whatever grows, for as long as the person has not scrolled up.
function followEnd(scroller) {
  scroller.dataset.liveReady = "";
  let atEnd = true;
  let top = 0;
  const toEnd = () => { if (atEnd) scroller.scrollTop = scroller.scrollHeight; };
  scroller.addEventListener("scroll", () => {
    const wentUp = scroller.scrollTop < top; // what grows below moves nobody: only the person does
    top = scroller.scrollTop;
    atEnd = isAtBottom(scroller) || (atEnd && !wentUp);
    if (atEnd) read();
  });
  const watch = new ResizeObserver(toEnd);
  watch.observe(scroller);
  watch.observe(scroller.querySelector(".lines"));
  toEnd();
}

// Says what should be there in the place of a picture that is not.
export const broken = (picture) => picture.closest(".picture")?.setAttribute("data-live-broken", picture.alt || "picture");

const isAtBottom = (scroller) => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;

function announce(seen) {
  const arrived = [...document.querySelectorAll("#app .line")].filter((line) => !seen.has(line.id) && line.dataset.author !== here().user);
  if (!arrived.length) return;
  const line = arrived.at(-1);
  document.getElementById("announcer").textContent = `${line.dataset.name}: ${line.dataset.words}`;
  const scroller = line.closest(".messages");
  requestAnimationFrame(() => requestAnimationFrame(() => isAtBottom(scroller) || offerNewest(scroller)));
}

function offerNewest(scroller) {
  const below = scroller.nextElementSibling; // goes with its channel or thread
  if (below.querySelector(".newer")) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "newer", textContent: "New messages ↓" });
  button.dataset.live = "";
  button.addEventListener("click", () => scroller.scrollTo({ top: scroller.scrollHeight, behavior: "smooth" }));
  scroller.addEventListener("scroll", function gone() {
    if (!isAtBottom(scroller)) return;
    button.remove();
    scroller.removeEventListener("scroll", gone);
  });
  below.append(button);
}

function read() {
  const scroller = document.querySelector(".main .messages");
  if (Number(here().unread) && !document.hidden && scroller && isAtBottom(scroller)) act("read", { channel: here().channel }, { quiet: true });
}

// Ephemeral messages that the person sent away; like in Slack they are gone for good.
const dismissed = () => JSON.parse(sessionStorage.getItem("dismissed") ?? "[]");

function withoutDismissed(root) {
  for (const ts of dismissed()) root.querySelector(`.ephemeral[data-ts="${CSS.escape(ts)}"]`)?.remove();
}

export function dismiss(line) {
  sessionStorage.setItem("dismissed", JSON.stringify([...dismissed(), line.dataset.ts].slice(-200)));
  line.remove();
}

const AGAIN_MS = 1000; // a browser that has given up on the feed is asked once more

export function listen() {
  const feed = new EventSource(`/changes?user=${encodeURIComponent(here().user)}`);
  feed.onmessage = () => refresh();
  feed.onopen = () => {
    document.querySelector(".offline")?.remove();
    refresh(); // for what has happened since the page was drawn, or the feed was lost
  };
  feed.onerror = () => {
    if (feed.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
    if (document.querySelector(".offline")) return;
    document.body.append(Object.assign(document.createElement("p"), { className: "offline", textContent: "Connecting again…" }));
  };
  addEventListener("pagehide", () => feed.close());
}

addEventListener("pageshow", (event) => event.persisted && location.reload()); // back from the browser's memory
addEventListener("visibilitychange", () => document.hidden || refresh());
