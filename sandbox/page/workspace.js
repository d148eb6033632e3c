// One pane: the workspace as one person sees it. It decides what is on the screen; the live stream keeps it true.
import { actingAs } from "./api.js";
import { Conversation } from "./conversation.js";
import { h } from "./dom.js";
import { Modals } from "./modal.js";
import { detailsSide, threadSide } from "./side.js";
import { sidebar } from "./sidebar.js";
import { Store } from "./state.js";
import { openStream } from "./stream.js";
import { openSwitcher } from "./switcher.js";

const NOTICE_MS = 6000;
const NARROW_PX = 840;

/**
 * Opens a pane for one person; resolves once the first conversation is read. `shell` gives actAs(person), openBeside(person),
 * moved() and counted(); `start` may name a {channel, thread} and hold the `opening` that came with the page. The pane: {app, root, settle(), close()}.
 */
export async function openWorkspace(shell, me, start = {}) {
  const app = new Workspace(shell, me);
  await app.begin(start);
  return { app, root: app.root, settle: () => app.current?.settle(), close: () => app.close() };
}

class Workspace {
  constructor(shell, me) {
    Object.assign(this, { shell, me, api: actingAs(me), store: new Store(me), layers: [], ui: { channel: null, thread: null, tab: "messages" }, current: null, aside: null, asked: 0, taken: 0 });
    this.actAs = shell.actAs;
    this.openBeside = shell.openBeside;
    this.names = namesOf(this);
    this.build();
    this.dialogs = new Modals(this);
    this.listen();
  }

  build() {
    this.frame = h("div", { class: "frame" });
    this.status = h("p", { class: "status", role: "status", hidden: true }, "The connection to the sandbox is down. Trying again…");
    this.notices = h("div", { class: "notices", role: "alert" });
    this.root = h("div", { class: "pane", data: { me: this.me } }, this.frame, this.status, this.notices);
    this.middle = h("div", { class: "middle" });
    this.side = h("div", { class: "side-slot", hidden: true });
    this.bar = sidebar(this);
    const shade = h("button", { type: "button", class: "drawer-shade", "aria-label": "Close the list", tabindex: "-1", on: { click: () => this.toggleDrawer(false) } });
    this.frame.append(this.bar.node, shade, this.middle, this.side);
  }

  listen() {
    const { store } = this;
    store.on("log", ({ key }) => this.showLog(key));
    store.on("channel", ({ id }) => id === this.current?.id && this.current.changed());
    store.on("people", () => this.current?.showHead());
    store.on("channels", () => this.shell.counted());
    store.on("home", () => this.ui.tab === "home" && this.current?.showHome());
    store.on("view", (event) => this.dialogs.apply(event));
    store.on("opened", (views) => this.dialogs.stand(views));
    store.on("stale", () => this.tell(this.reread()));
    this.root.addEventListener("keydown", (event) => this.escape(event));
    this.looked = () => this.current?.markRead();
    document.addEventListener("visibilitychange", this.looked);
  }

  /** Begins with what came with the page itself; else with a reading that the open stream makes whole. */
  async begin({ channel, thread, opening }) {
    this.stream = openStream(this.me, {
      onEvent: (event) => this.store.apply(event),
      onStatus: (live) => (this.status.hidden = live),
    });
    if (!opening) await this.stream.opened;
    if (opening?.state) this.store.load(opening.state);
    else await this.readState();
    this.dialogs.redraw();
    this.enter(this.store.channel(channel) ? channel : busiest(this.store));
    if (opening?.channel === this.ui.channel) this.current.take(opening.messages);
    else await this.tell(this.current.read());
    if (thread) this.openThread(this.ui.channel, thread);
  }

  close() {
    this.stream.close();
    document.removeEventListener("visibilitychange", this.looked);
    this.root.remove();
  }

  showLog(key) {
    if (key === this.current?.id) this.current.show();
    if (key === this.aside?.key) this.aside.show();
  }

  /** A line at the foot of the pane, for what went wrong with nothing pressed to say it beside. */
  notice(text) {
    const line = h("p", { class: "notice" }, text);
    this.notices.append(line);
    setTimeout(() => line.remove(), NOTICE_MS);
  }

  tell(promise) {
    return promise.catch((fault) => this.notice(fault.message));
  }

  async openChannel(id) {
    this.toggleDrawer(false);
    if (!this.store.channel(id)) return this.notice("You cannot see that conversation.");
    if (this.ui.channel !== id) this.enter(id);
    else if (this.ui.tab !== "messages") this.openTab("messages");
    if (matchMedia("(hover: hover)").matches) this.current.focus();
    if (!this.store.log(id).loaded) await this.tell(this.current.read());
    return null;
  }

  enter(id) {
    this.ui.channel = this.store.viewing = id;
    this.ui.tab = "messages";
    this.closeSide();
    // A channel that was not looked at is read anew: what is held of it may be short of an event.
    this.store.logs.delete(id);
    this.current = new Conversation(this, id);
    this.middle.replaceChildren(this.current.node);
    this.current.showHead();
    this.store.emit("here");
    this.shell.moved();
  }

  /** Opens the direct messages with a person, making them when there are none. */
  async openPerson(id) {
    const held = [...this.store.channels.values()].find((channel) => channel.kind === "im" && channel.with === id);
    if (id === this.me) return null;
    return held ? this.openChannel(held.id) : this.tell(this.openNewDirect(id));
  }

  async openNewDirect(user) {
    const { channel } = await this.api.post("dm", { user });
    if (!this.store.channel(channel)) await this.readState();
    return this.openChannel(channel);
  }

  /** Reads what is around the messages; of several readings under way the one asked for last has the last word. */
  readState() {
    const asked = (this.asked += 1);
    return this.store.reading(this.api.get("state"), (state) => {
      if (asked < this.taken) return;
      this.taken = asked;
      this.store.load(state);
    });
  }

  openTab(name) {
    this.ui.tab = name;
    this.closeSide();
    this.current.showHead();
    if (name !== "home") return this.current.settle();
    this.current.showHome();
    return this.tell(this.api.post("home", {}));
  }

  openSide(made) {
    this.aside = made;
    this.side.replaceChildren(made.node);
    this.side.hidden = false;
    this.frame.classList.add("with-side");
    this.shell.moved();
  }

  openThread(channel, ts) {
    this.ui.thread = ts;
    this.openSide(threadSide(this, this.store.channel(channel), ts));
    this.aside.focus();
  }

  openDetails(part) {
    this.ui.thread = null;
    this.openSide(detailsSide(this, this.store.channel(this.ui.channel)));
    this.aside.reveal(part);
  }

  closeSide() {
    this.ui.thread = this.aside = null;
    this.side.hidden = true;
    this.side.replaceChildren();
    this.frame.classList.remove("with-side");
    this.shell.moved();
  }

  openSwitcher() {
    if (!this.layers.length) openSwitcher(this);
  }

  /** Shows a message in its conversation, reading older pages until it is there. */
  async reveal(channel, ts) {
    await this.openChannel(channel);
    if (this.root.clientWidth < NARROW_PX) this.closeSide();
    const log = () => this.store.log(channel);
    while (log().hasMore && log().messages.length && log().messages[0].ts > ts) await this.current.fetchOlder();
    if (!this.current.reveal(ts)) this.notice("That message is gone.");
  }

  toggleDrawer(on = !this.frame.classList.contains("drawer-open")) {
    this.frame.classList.toggle("drawer-open", on);
    if (on) this.bar.node.querySelector("[aria-current=page]")?.focus();
  }

  async reread() {
    await this.readState();
    if (!this.store.channel(this.ui.channel)) this.enter(busiest(this.store));
    await this.current.read();
    await this.aside?.read();
  }

  /** Esc closes what lies on top: a dialog, the list, the column at the right. */
  escape(event) {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector(":popover-open")) return;
    if (this.layers.length) this.layers.at(-1).leave();
    else if (this.frame.classList.contains("drawer-open")) this.toggleDrawer(false);
    else if (this.aside) this.closeSide();
    else return;
    event.preventDefault();
  }
}

/** How ids in a text become names, and where they lead when pressed. */
function namesOf(app) {
  const { store, me } = app;
  return {
    me,
    person: (id) => store.person(id),
    channel: (id) => store.channel(id),
    group: (id) => store.group(id),
    openChannel: (id) => app.openChannel(id),
    openPerson: (id) => app.openPerson(id),
  };
}

/** Where to begin: the channel spoken in last. */
function busiest(store) {
  const joined = [...store.channels.values()].filter((channel) => channel.kind === "channel" && channel.is_member && !channel.is_archived);
  const all = joined.length ? joined : [...store.channels.values()];
  return all.sort((a, b) => Number(b.last_ts ?? 0) - Number(a.last_ts ?? 0))[0]?.id;
}
