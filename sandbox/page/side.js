// The column at the right of a conversation: a thread, or the channel's details. On a narrow pane it fills the pane.
import { avatar, presence } from "./avatar.js";
import { Composer } from "./composer.js";
import { h, iconButton, link } from "./dom.js";
import { icon } from "./icons.js";
import { drawMessage } from "./message.js";
import { MessageColumn } from "./messages.js";
import { mrkdwn } from "./mrkdwn.js";
import { threadKey } from "./state.js";

function frame(app, title, subtitle, ...content) {
  const head = h("header", { class: "side-head" }, iconButton(icon("back"), "Back", () => app.closeSide(), { class: "side-back" }),
    h("div", {}, h("h2", {}, title), h("p", { class: "quiet" }, subtitle)), iconButton(icon("close"), "Close", () => app.closeSide(), { class: "side-close" }));
  return h("aside", { class: "side", "aria-label": title }, head, content);
}

/** A thread: its first message, the replies, and a composer for the next. */
export function threadSide(app, channel, ts) {
  const key = threadKey(channel.id, ts);
  const column = new MessageColumn(app, { label: "Thread", inThread: true });
  const writer = new Composer(app, { place: { channel: channel.id, thread_ts: ts }, label: "Reply…" });
  const foot = channel.is_archived ? h("p", { class: "shut" }, "This channel is archived.") : writer.node;
  const show = () => column.show(app.store.log(key).messages);
  const read = () => app.store.reading(app.api.get("messages", { channel: channel.id, thread_ts: ts, limit: 1000 }), (answer) => app.store.take(key, answer));
  read().catch((fault) => app.notice(fault.message));
  return { node: frame(app, "Thread", app.store.nameOf(channel), column.node, foot), key, show, read, focus: () => writer.focus() };
}

/** What a channel is about: topic, pinned messages, bookmarks, members. */
export function detailsSide(app, channel) {
  const pins = h("div", { class: "pinned" }, channel.pins?.length ? h("p", { class: "quiet" }, "…") : h("p", { class: "quiet" }, "Nothing is pinned."));
  const node = frame(app, app.store.nameOf(channel), channel.is_private ? "Private channel" : "Channel", h("div", { class: "details" },
    about("Topic", channel.topic, app), about("Purpose", channel.purpose, app),
    h("h3", { data: { part: "pins" } }, icon("pin"), "Pinned"), pins,
    channel.bookmarks?.length ? [h("h3", {}, icon("bookmark"), "Bookmarks"), h("ul", { class: "plain" }, channel.bookmarks.map((bookmark) => h("li", {}, link(bookmark.link, bookmark.title))))] : null,
    h("h3", { data: { part: "members" } }, icon("people"), `Members · ${channel.members?.length ?? 0}`),
    h("ul", { class: "plain member-list" }, (channel.members ?? []).map((id) => member(app, id)))));
  fillPins(app, channel, pins);
  return { node, key: null, show() {}, read: () => fillPins(app, channel, pins), focus() {}, reveal: (part) => node.querySelector(`[data-part="${part}"]`)?.scrollIntoView() };
}

const about = (name, text, app) => (text ? [h("h3", {}, name), h("div", { class: "text" }, mrkdwn(text, app.names))] : null);

function member(app, id) {
  const person = app.store.person(id) ?? { id, shown: id };
  return h("li", {}, h("button", { type: "button", class: "member", on: { click: () => app.openPerson(id) } }, avatar(person, "small"), h("span", { class: "option-text" }, person.shown, person.title ? h("small", {}, person.title) : null), person.is_bot ? h("span", { class: "app-badge" }, "app") : presence(person)));
}

async function fillPins(app, channel, home) {
  const found = await Promise.all((channel.pins ?? []).map((ts) => oneMessage(app, channel.id, ts)));
  const shown = found.filter(Boolean).map((message) => h("div", { class: "pinned-card" }, drawMessage(app, message, { still: true }),
    h("button", { type: "button", class: "file-open", on: { click: () => app.reveal(channel.id, message.ts) } }, "Show in the conversation")));
  if (shown.length) home.replaceChildren(...shown);
}

/** One message by its ts: from what is held, else asked for as the page that ends with it. */
async function oneMessage(app, channel, ts) {
  const held = app.store.log(channel).messages.find((message) => message.ts === ts);
  if (held) return held;
  const [seconds, fraction] = ts.split(".");
  const after = `${seconds}.${String(Number(fraction) + 1).padStart(6, "0")}`;
  const { messages } = await app.api.get("messages", { channel, before: after, limit: 1 });
  return messages.find((message) => message.ts === ts) ?? null;
}
