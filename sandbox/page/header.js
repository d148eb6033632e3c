// The top of a conversation: its name and topic, members, pins, bookmarks, and for an app its home.
import { avatar } from "./avatar.js";
import { h, iconButton, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { pickPerson } from "./sidebar.js";

export function drawHeader(app, channel) {
  const me = app.store.person(app.me);
  const whoami = h("button", { type: "button", class: "whoami", title: "Act as somebody else", on: { click: (event) => pickPerson(app, event.currentTarget) } }, avatar(me, "small"), h("span", {}, me?.shown ?? app.me));
  const menu = iconButton(icon("menu"), "Conversations", () => app.toggleDrawer(), { class: "drawer-button" });
  return [h("header", { class: "channel-head" }, menu, titleOf(app, channel), counts(app, channel), whoami), tabs(app, channel), bookmarks(app, channel)];
}

function titleOf(app, channel) {
  const direct = channel.kind === "im";
  const person = direct ? app.store.person(channel.with) : null;
  const mark = direct ? avatar(person, "small") : icon(channel.is_archived ? "archive" : channel.is_private ? "lock" : "hash");
  const about = direct ? person?.title : channel.topic || channel.purpose;
  const topic = about ? h("p", { class: "topic", title: direct ? null : "Topic" }, direct ? about : mrkdwn(about, app.names)) : null;
  return h("div", { class: "channel-title" }, h("h1", {}, mark, h("span", {}, app.store.nameOf(channel))), topic);
}

function counts(app, channel) {
  if (channel.kind === "im") return null;
  const members = channel.members?.length ?? 0;
  const pins = channel.pins?.length ?? 0;
  const pinned = pins ? h("button", { type: "button", class: "count-button pins", title: "Pinned messages", "aria-label": `${pins} pinned`, on: { click: () => app.openDetails("pins") } }, icon("pin"), String(pins)) : null;
  const people = h("button", { type: "button", class: "count-button members", title: "Members and details", "aria-label": `${members} members`, on: { click: () => app.openDetails("members") } }, icon("people"), String(members));
  return h("div", { class: "counts" }, pinned, people);
}

function tabs(app, channel) {
  const isApp = channel.kind === "im" && app.store.person(channel.with)?.is_bot;
  const canvases = channel.canvases ?? [];
  if (!isApp && !canvases.length) return null;
  const tab = (name, label, mark) => h("button", { type: "button", role: "tab", "aria-selected": String(app.ui.tab === name), class: "tab", on: { click: () => app.openTab(name) } }, icon(mark), h("span", {}, label));
  return h("div", { class: "tabs", role: "tablist", "aria-label": isApp ? "App" : "Channel" },
    isApp ? tab("home", "Home", "home") : null,
    tab("messages", "Messages", "thread"),
    canvases.map((canvas) => tab(canvas.id, canvas.title, "file")));
}

function bookmarks(app, channel) {
  if (!channel.bookmarks?.length) return null;
  const mark = (bookmark) => emoji((bookmark.emoji ?? "").replaceAll(":", "")) ?? null;
  return h("div", { class: "bookmarks", role: "navigation", "aria-label": "Bookmarks" },
    channel.bookmarks.map((bookmark) => link(bookmark.link, h("span", {}, mark(bookmark) ? h("span", { class: "emoji" }, mark(bookmark)) : icon("bookmark"), bookmark.title), "bookmark")));
}
