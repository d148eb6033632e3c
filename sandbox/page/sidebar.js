// The list at the left: who you act as, channels with what is unread, direct messages, apps, and what is put away.
import { avatar, presence } from "./avatar.js";
import { h, iconButton } from "./dom.js";
import { icon } from "./icons.js";
import { openPopover } from "./popover.js";
import { whenLetGo } from "./press.js";

/** The conversations a person sees, in sections. Pure. */
function sectionsOf(store) {
  const channels = [...store.channels.values()];
  const named = channels.filter((channel) => channel.kind === "channel").sort((a, b) => a.name.localeCompare(b.name));
  const direct = channels.filter((channel) => channel.kind === "im" && channel.with !== store.me);
  const isApp = (id) => store.person(id)?.is_bot;
  const known = new Set(direct.map((channel) => channel.with));
  const strangers = [...store.people.values()].filter((person) => !known.has(person.id) && person.id !== store.me);
  const entries = (wanted) => [...direct.filter((channel) => isApp(channel.with) === wanted).map((channel) => ({ channel })), ...strangers.filter((person) => person.is_bot === wanted).map((person) => ({ person }))];
  return [
    { name: "Channels", entries: named.filter((channel) => channel.is_member && !channel.is_archived).map((channel) => ({ channel })) },
    { name: "Direct messages", entries: entries(false) },
    { name: "Apps", entries: entries(true) },
    { name: "More channels", folded: true, entries: named.filter((channel) => !channel.is_member && !channel.is_archived).map((channel) => ({ channel })) },
    { name: "Archived", folded: true, entries: named.filter((channel) => channel.is_archived).map((channel) => ({ channel })) },
  ].filter((section) => section.entries.length);
}

export function sidebar(app) {
  const node = h("nav", { class: "sidebar", "aria-label": "Conversations" });
  const opened = new Map();

  function draw() {
    const focused = node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const scrolled = node.querySelector(".side-scroll")?.scrollTop ?? 0;
    node.replaceChildren(actingCard(app), h("div", { class: "side-scroll" }, sectionsOf(app.store).map((section) => drawSection(section))));
    node.querySelector(".side-scroll").scrollTop = scrolled;
    if (focused) [...node.querySelectorAll("[data-key]")].find((found) => found.dataset.key === focused)?.focus();
  }

  function drawSection(section) {
    const open = opened.get(section.name) ?? !section.folded;
    const toggle = () => {
      opened.set(section.name, !open);
      draw();
    };
    // A folded section still shows what is unread in it, and where you are.
    const shown = section.entries.filter((entry) => open || entry.channel?.unread || (entry.channel?.id === app.ui.channel && !section.folded));
    return h("section", { class: "side-section" },
      h("h3", {}, h("button", { type: "button", class: "side-title", "aria-expanded": String(open), data: { key: `section ${section.name}` }, on: { click: toggle } }, icon(open ? "down" : "right"), section.name)),
      h("ul", {}, shown.map((entry) => h("li", {}, drawEntry(entry)))));
  }

  function drawEntry({ channel, person }) {
    if (!channel) return entryButton({ key: person.id, mark: face(person), name: person.shown, open: () => app.openPerson(person.id), quiet: true });
    const direct = channel.kind === "im";
    const mark = direct ? face(app.store.person(channel.with)) : icon(channel.is_archived ? "archive" : channel.is_private ? "lock" : "hash");
    return entryButton({ key: channel.id, mark, name: app.store.nameOf(channel), open: () => app.openChannel(channel.id), channel });
  }

  function entryButton({ key, mark, name, open, channel, quiet }) {
    const here = channel?.id === app.ui.channel;
    const kinds = ["side-entry", here && "here", channel?.unread && "unread", channel?.unread && !channel.mentions && "silent", quiet && "quiet-entry"];
    const badge = channel?.mentions ? h("span", { class: "badge" }, String(Math.min(channel.mentions, 99))) : null;
    const spoken = [name, channel?.is_private && "private", channel?.mentions ? `${channel.mentions} mentions` : channel?.unread ? `${channel.unread} unread` : null].filter(Boolean).join(", ");
    return h("button", { type: "button", class: kinds.filter(Boolean).join(" "), data: { key }, "aria-label": spoken, "aria-current": here ? "page" : null, on: { click: open } }, mark, h("span", { class: "side-name" }, name), badge);
  }

  const face = (person) => h("span", { class: "face" }, avatar(person, "small"), person?.is_bot ? null : presence(person));

  for (const topic of ["people", "channels", "here"]) app.store.on(topic, () => whenLetGo(node, draw));
  return { node, draw };
}

function actingCard(app) {
  const me = app.store.person(app.me);
  const open = (event) => pickPerson(app, event.currentTarget);
  return h("button", { type: "button", class: "acting", "aria-haspopup": "dialog", data: { key: "acting" }, title: "Act as somebody else", on: { click: open } },
    avatar(me), h("span", { class: "acting-text" }, h("small", {}, "You are"), h("strong", {}, me?.shown ?? app.me), me?.title ? h("small", {}, me.title) : null), icon("down"));
}

/** The switch to act as anybody, here or in a second pane. */
export function pickPerson(app, anchor) {
  const people = [...app.store.people.values()].filter((person) => !person.is_bot);
  const row = (person) => h("li", { class: person.id === app.me ? "person-row current" : "person-row" },
    h("button", { type: "button", class: "person-pick", "aria-current": person.id === app.me ? "true" : null, on: { click: () => choose(() => app.actAs(person.id)) } },
      avatar(person), h("span", { class: "option-text" }, person.shown, h("small", {}, person.title || `@${person.name}`))),
    person.id === app.me ? icon("check") : iconButton(icon("columns"), `Open ${person.shown} beside`, () => choose(() => app.openBeside(person.id))));
  const choose = (act) => {
    popover.close();
    act();
  };
  const popover = openPopover(anchor, h("div", { class: "people-list" }, h("p", { class: "quiet" }, "Act as"), h("ul", {}, people.map(row))));
  popover.node.querySelector("button")?.focus();
}
