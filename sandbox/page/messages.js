// A column of messages: grouped by author and day, kept at its end while new ones come, older ones fetched on the way up.
import { dayKey, dayName } from "./dates.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { drawMessage } from "./message.js";
import { whenLetGo } from "./press.js";

const GROUP_SECONDS = 300;
const NEAR_END_PX = 90;
const NEAR_START_PX = 400;
const REVEALED_MS = 2500;

/** The rows to show for messages, oldest first: days, the mark where the unread begin, and messages. Pure. */
function rowsOf(messages, { unreadFrom = null, days = true } = {}) {
  const rows = [];
  let before = null;
  for (const message of messages) {
    const newDay = !before || dayKey(before.ts) !== dayKey(message.ts);
    if (days && newDay) rows.push({ key: `day ${dayKey(message.ts)}`, day: message.ts });
    const mark = message.ts === unreadFrom;
    if (mark) rows.push({ key: "unread", unread: true });
    rows.push({ key: message.ts, message, continued: !newDay && !mark && continues(before, message) });
    before = message;
  }
  return rows;
}

function continues(before, message) {
  const same = before.user === message.user && before.username === message.username;
  const alike = !before.system && !message.system && before.ephemeral === message.ephemeral && !message.pinned && !before.pinned;
  // An app's card stands for itself: its author line keeps two cards apart.
  const card = message.bot && message.blocks?.length > 0;
  return same && alike && !card && message.ts - before.ts < GROUP_SECONDS;
}

/** A scrolling column. `older()` fetches the page before the oldest row; `onEnd()` is told when the newest message is in view. */
export class MessageColumn {
  constructor(app, { label, inThread = false, older = null, onEnd = () => {} }) {
    Object.assign(this, { app, inThread, older, onEnd, drawn: new Map(), atEnd: true, fetching: false });
    this.list = h("div", { class: "rows", role: "log", "aria-label": label, "aria-live": "polite", "aria-relevant": "additions" });
    this.scroller = h("div", { class: "scroller", tabindex: "-1" }, this.list);
    this.jump = h("button", { type: "button", class: "jump", hidden: true, on: { click: () => this.toEnd() } }, icon("down"), h("span", {}, "Newest messages"));
    this.node = h("div", { class: inThread ? "column from-top" : "column" }, this.scroller, this.jump);
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.list.addEventListener("keydown", (event) => walk(event));
    this.redraw = () => this.draw(...this.latest);
    new ResizeObserver(() => this.settle()).observe(this.list);
  }

  /** Shows these messages, leaving what the reader looks at where it is. */
  show(messages, options = {}) {
    this.latest = [messages, options];
    whenLetGo(this.list, this.redraw);
  }

  draw(messages, options) {
    const anchor = this.atEnd ? null : this.anchor();
    const rows = rowsOf(messages, { days: !this.inThread, ...options });
    this.drawn = reconcile(this.list, rows, this.drawn, (row) => this.drawRow(row));
    if (this.atEnd) return this.toEnd();
    const node = this.drawn.get(anchor?.ts)?.node;
    if (node) this.scroller.scrollTop += this.offset(node) - anchor.offset;
    this.jump.hidden = false;
    return null;
  }

  drawRow(row) {
    if (row.day) return h("div", { class: "day", role: "separator" }, h("span", {}, dayName(row.day)));
    if (row.unread) return h("div", { class: "unread-mark", role: "separator" }, h("span", {}, "New"));
    return drawMessage(this.app, row.message, { inThread: this.inThread, continued: row.continued });
  }

  /** The first message in view, and where it stands. */
  anchor() {
    const node = [...this.list.children].find((child) => child.dataset.ts && this.offset(child) + child.offsetHeight > 0);
    return node && { ts: node.dataset.ts, offset: this.offset(node) };
  }

  offset(node) {
    return node.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top;
  }

  /** Back to the end after a change of size, if that is where the reader was. */
  settle() {
    if (this.atEnd) this.toEnd();
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.atEnd = true;
    this.jump.hidden = true;
    this.onEnd();
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    this.jump.hidden = this.atEnd;
    if (this.atEnd) this.onEnd();
    if (scrollTop < NEAR_START_PX) this.fetchOlder();
  }

  async fetchOlder() {
    if (!this.older || this.fetching) return;
    this.fetching = true;
    try {
      await this.older();
    } finally {
      this.fetching = false;
    }
  }

  /** Brings a message into view; false when it is not among the rows. */
  reveal(ts) {
    const node = this.drawn.get(ts)?.node;
    if (!node) return false;
    this.atEnd = false;
    node.scrollIntoView({ block: "center" });
    node.classList.add("revealed");
    node.focus({ preventScroll: true });
    setTimeout(() => node.classList.remove("revealed"), REVEALED_MS);
    return true;
  }
}

/** Makes the list's children be the rows, touching only what differs: unchanged messages keep their node and its state. */
function reconcile(list, rows, drawn, draw) {
  const next = new Map();
  for (const row of rows) {
    const held = drawn.get(row.key);
    const same = held && held.row.message === row.message && held.row.continued === row.continued;
    next.set(row.key, { row, node: same ? held.node : redrawn(held?.node, () => draw(row)) });
  }
  for (const [key, { node }] of drawn) if (next.get(key)?.node !== node) node.remove();
  let at = list.firstChild;
  for (const { node } of next.values()) {
    if (node === at) at = at.nextSibling;
    else list.insertBefore(node, at);
  }
  return next;
}

// What had the focus in a message, itself or one of its controls, has it in the message's new version.
function redrawn(old, draw) {
  const focused = old?.contains(document.activeElement) ? document.activeElement : null;
  const node = draw();
  if (focused) queueMicrotask(() => counterpart(node, old, focused)?.focus({ preventScroll: true }));
  return node;
}

function counterpart(node, old, focused) {
  const { action } = focused.dataset;
  if (focused === old) return node;
  return action && [...node.querySelectorAll("[data-action]")].find((found) => found.dataset.action === action);
}

// Arrow keys walk from message to message; Tab then reaches the message's own buttons.
function walk(event) {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (!step || !event.target.matches(".message")) return;
  event.preventDefault();
  let node = event.target[step];
  while (node && !node.matches(".message")) node = node[step];
  node?.focus();
}
