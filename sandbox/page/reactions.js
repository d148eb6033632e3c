// Reactions under a message, and the palette to choose one from.
import { h } from "./dom.js";
import { EMOJI, emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { openPopover } from "./popover.js";
import { underway } from "./progress.js";

const FIRST = ["eyes", "+1", "white_check_mark", "pushpin", "tada", "heart", "fire", "pray"];

export function drawReactions(app, message) {
  if (!message.reactions?.length) return null;
  const add = h("button", { type: "button", class: "reaction add", "aria-label": "Add a reaction", title: "Add a reaction", on: { click: (event) => pickReaction(app, message, event.currentTarget) } }, icon("smile"));
  return h("div", { class: "reactions" }, message.reactions.map((reaction) => pill(app, message, reaction)), add);
}

function pill(app, message, { name, users }) {
  const mine = users.includes(app.me);
  const who = users.map((id) => app.store.person(id)?.shown ?? id).join(", ");
  const toggle = (event) => react(app, message, name, !mine, event.currentTarget);
  return h("button", { type: "button", class: mine ? "reaction mine" : "reaction", "aria-pressed": String(mine), title: `${who} · :${name}:`, "aria-label": `${name.replaceAll("_", " ")}, ${users.length}, by ${who}`, on: { click: toggle } },
    h("span", { class: "emoji" }, emoji(name) ?? `:${name}:`), h("span", { class: "count" }, String(users.length)));
}

function react(app, message, name, on, control) {
  return underway(app, control, () => app.api.post("react", { channel: message.channel, ts: message.ts, name, on }));
}

export function pickReaction(app, message, anchor) {
  const held = new Set((message.reactions ?? []).filter((reaction) => reaction.users.includes(app.me)).map((reaction) => reaction.name));
  openEmoji(anchor, (name) => react(app, message, name, !held.has(name), anchor));
}

/** A searchable palette of emoji; `onPick` gets the name. */
export function openEmoji(anchor, onPick) {
  const grid = h("div", { class: "emoji-grid", role: "listbox", "aria-label": "Emoji" });
  const search = h("input", { class: "field", type: "search", placeholder: "Find an emoji", "aria-label": "Find an emoji" });
  const choose = (name) => {
    popover.close();
    onPick(name);
  };
  const draw = () => {
    const wanted = search.value.trim().toLowerCase().replaceAll(" ", "_");
    const names = wanted ? [...EMOJI.keys()].filter((name) => name.includes(wanted)) : [...FIRST, ...[...EMOJI.keys()].filter((name) => !FIRST.includes(name))];
    grid.replaceChildren(...names.map((name) => h("button", { type: "button", class: "emoji-cell", role: "option", "aria-label": name, title: `:${name}:`, on: { click: () => choose(name) } }, EMOJI.get(name))));
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    grid.querySelector("button")?.click();
  });
  draw();
  const popover = openPopover(anchor, h("div", { class: "emoji-palette" }, search, grid));
  search.focus();
}
