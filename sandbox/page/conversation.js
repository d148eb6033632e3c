// One channel or direct message: header, messages, composer; for an app also its home.
import { CanvasSheet } from "./canvas.js";
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { drawHeader } from "./header.js";
import { drawHome } from "./home.js";
import { icon } from "./icons.js";
import { MessageColumn } from "./messages.js";
import { whenLetGo } from "./press.js";
import { underway } from "./progress.js";

const PAGE = 50;

export class Conversation {
  constructor(app, id) {
    Object.assign(this, { app, id, unreadFrom: null });
    this.column = new MessageColumn(app, { label: `Messages in ${app.store.nameOf(this.channel)}`, older: () => this.fetchOlder(), onEnd: () => this.markRead() });
    this.writer = new Composer(app, { place: { channel: id }, label: labelOf(app, this.channel) });
    this.head = h("div", { class: "head" });
    this.foot = h("div", { class: "foot" });
    this.talk = h("div", { class: "talk" }, this.column.node, this.foot);
    this.home = h("div", { class: "home" });
    this.canvas = new CanvasSheet(app);
    this.drawHead = () => this.head.replaceChildren(...drawHeader(app, this.channel).filter(Boolean));
    this.drawHome = () => drawHome(app, this.home);
    this.node = h("main", { class: "conversation" }, this.head, this.talk, this.home, this.canvas.node);
  }

  get channel() {
    return this.app.store.channel(this.id);
  }

  get log() {
    return this.app.store.log(this.id);
  }

  /** Reads the newest page. */
  async read() {
    await this.app.store.reading(this.app.api.get("messages", { channel: this.id, limit: PAGE }), (answer) => this.take(answer));
  }

  /** Shows the newest page; the one before it is there before anybody has scrolled up to it. */
  take(answer) {
    this.unreadFrom ??= firstUnread(answer.messages, this.channel.unread, this.app.me);
    this.app.store.take(this.id, answer);
    requestIdleCallback(() => this.log.messages.length <= PAGE && this.app.tell(this.column.fetchOlder()), { timeout: 2000 });
  }

  async fetchOlder() {
    const { hasMore, messages } = this.log;
    if (this.app.current !== this || !hasMore || !messages.length) return;
    const asked = this.app.api.get("messages", { channel: this.id, before: messages[0].ts, limit: PAGE });
    await this.app.store.reading(asked, (answer) => this.app.store.take(this.id, answer, { older: true }));
  }

  /** What is in view at the end of the column has been read. */
  markRead() {
    const newest = this.log.messages.at(-1);
    const { unread, mentions } = this.channel;
    if (!newest || !(unread || mentions) || !this.column.atEnd || document.visibilityState !== "visible") return;
    this.app.store.markRead(this.id);
    this.app.tell(this.app.api.post("read", { channel: this.id, ts: newest.ts }));
  }

  show() {
    const { loaded, messages } = this.log;
    if (!loaded) return;
    this.column.show(messages, { unreadFrom: this.unreadFrom });
    if (!messages.length) this.column.list.replaceChildren(h("p", { class: "nothing" }, "Nothing has been said here yet."));
    else this.column.list.querySelector(":scope > .nothing")?.remove();
  }

  changed() {
    this.showHead();
    this.markRead();
  }

  showHead() {
    const { tab } = this.app.ui;
    const canvas = this.channel.canvases?.find((each) => each.id === tab);
    if (!canvas && tab !== "home") this.app.ui.tab = "messages"; // the canvas that was open is gone
    whenLetGo(this.head, this.drawHead);
    this.home.hidden = tab !== "home";
    this.canvas.node.hidden = !canvas;
    this.talk.hidden = tab === "home" || Boolean(canvas);
    if (canvas) this.app.tell(this.canvas.show(canvas));
    this.showFoot();
  }

  showFoot() {
    const { is_archived: archived, is_member: member, kind } = this.channel;
    const wanted = archived ? "shut" : kind === "im" || member ? "writer" : "join";
    if (this.foot.dataset.kind === wanted) return;
    this.foot.dataset.kind = wanted;
    this.foot.replaceChildren({ shut: shutLine, writer: () => this.writer.node, join: () => joinBar(this.app, this.channel) }[wanted]());
  }

  showHome() {
    whenLetGo(this.home, this.drawHome);
  }

  settle() {
    this.column.settle();
  }

  focus() {
    this.writer.focus();
  }

  reveal(ts) {
    return this.column.reveal(ts);
  }
}

function labelOf(app, channel) {
  return channel.kind === "im" ? `Message ${app.store.nameOf(channel)}` : `Message #${channel.name}`;
}

function firstUnread(messages, count, me) {
  const others = messages.filter((message) => message.user !== me && !message.system);
  return count > 0 ? (others.at(-Math.min(count, others.length))?.ts ?? null) : null;
}

const shutLine = () => h("p", { class: "shut" }, icon("archive"), "This channel is archived. It can be read, not written.");

function joinBar(app, channel) {
  const join = (event) => underway(app, event.currentTarget, () => app.api.post("join", { channel: channel.id }));
  return h("div", { class: "join fault-home" }, h("p", {}, "You are looking at ", h("strong", {}, `#${channel.name}`)), h("button", { type: "button", class: "button primary", on: { click: join } }, "Join channel"));
}
