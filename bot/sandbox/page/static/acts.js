// What people do, sent to the server in the order they did it; what went wrong becomes a notice.

import { toast } from "./toasts.js";

export const app = () => document.getElementById("app");
export const here = () => app().dataset;

const last = {}; // of each kind: what is done in a form arrives in order, and a slow command holds up nothing else

// Returns the answer, or null after the person was told what went wrong: by a notice, or by Slackbot in the channel.
export function act(name, body, { quiet = false } = {}) {
  const sent = (last[name] ?? Promise.resolve()).then(() => post(name, { user: here().user, ...body }));
  last[name] = sent;
  return sent.then((answer) => {
    if (!answer.ok && !answer.told && !quiet) toast(answer.message || `That did not work: ${answer.error}.`);
    return answer.ok ? answer : null;
  });
}

// The same outside the queue, for what may take long and holds up nothing.
export async function ask(name, body) {
  return post(name, { user: here().user, ...body });
}

async function post(name, body) {
  try {
    const response = await fetch(`/act/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    return typeof answer.ok === "boolean" ? answer : { ...answer, ok: response.ok };
  } catch {
    return { ok: false, error: "not_reachable", message: "The workspace cannot be reached. Is it still running?" };
  }
}
