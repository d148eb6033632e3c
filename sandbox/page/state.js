// What one person may see of the workspace, kept true by events. No drawing here.
import { setNow } from "./dates.js";

export const threadKey = (channel, ts) => `${channel}/${ts}`;

const emptyLog = () => ({ messages: [], hasMore: true, loaded: false });

// What says how something is now, so that it may be taken in twice.
const NOW_SO = new Set(["message", "message_changed", "message_deleted", "reaction", "channel", "read"]);
const isHome = (event) => event.type === "view" && event.view?.type === "home";

export class Store {
  constructor(me) {
    this.me = me;
    this.people = new Map();
    this.groups = new Map();
    this.channels = new Map();
    this.commands = [];
    this.home = null;
    this.title = "";
    this.panel = false;
    this.version = null;
    this.logs = new Map();
    this.readings = new Set();
    this.viewing = null;
    this.listeners = new Map();
  }

  /** Calls `listener` on each change of `topic`: people, channels, channel, log, home, view, call, opened, stale. */
  on(topic, listener) {
    if (!this.listeners.has(topic)) this.listeners.set(topic, []);
    this.listeners.get(topic).push(listener);
  }

  emit(topic, detail) {
    for (const listener of this.listeners.get(topic) ?? []) listener(detail);
  }

  /** Takes in what `asked` brings, and once more what the stream told meanwhile: the answer may be older than that. */
  async reading(asked, takeIn) {
    const meanwhile = [];
    this.readings.add(meanwhile);
    try {
      takeIn(await asked);
    } finally {
      this.readings.delete(meanwhile);
    }
    for (const event of meanwhile) this.happened(event);
  }

  /** Takes in a whole /page/state answer. */
  load(state) {
    setNow(state.now);
    this.people = byId(state.people.map((person) => ({ ...person, shown: person.real_name || person.name || person.id })));
    this.groups = byId(state.groups);
    this.channels = byId(state.channels);
    Object.assign(this, { commands: state.commands, home: state.home, title: state.title || state.team.name, panel: state.panel, version: state.version });
    this.emit("people");
    this.emit("channels");
    this.emit("home");
  }

  person(id) {
    return this.people.get(id);
  }

  channel(id) {
    return this.channels.get(id);
  }

  group(id) {
    return this.groups.get(id);
  }

  /** The name a conversation goes by for this person. */
  nameOf(channel) {
    return channel.kind === "im" ? (this.person(channel.with)?.shown ?? channel.with) : channel.name;
  }

  log(key) {
    if (!this.logs.has(key)) this.logs.set(key, emptyLog());
    return this.logs.get(key);
  }

  /** Takes in one page of messages; `older` pages come before what is held, others replace it. */
  take(key, answer, { older = false } = {}) {
    const log = this.log(key);
    log.messages = older ? merged(answer.messages, log.messages) : unchanged(answer.messages, log.messages);
    log.hasMore = answer.has_more;
    log.loaded = true;
    this.emit("log", { key });
  }

  /** The stream is open: what happened between the reading and now has not come by it. */
  on_opened({ version, views }) {
    this.emit("opened", views);
    if (this.version !== null && this.version !== version) this.emit("stale");
  }

  apply(event) {
    if (NOW_SO.has(event.type) || isHome(event)) for (const meanwhile of this.readings) meanwhile.push(event);
    this.happened(event);
  }

  happened(event) {
    this[`on_${event.type}`]?.(event);
  }

  on_message(event) {
    this.upsert(event, { fresh: true });
  }

  on_message_changed(event) {
    this.upsert(event, { fresh: false });
  }

  on_reaction(event) {
    this.upsert(event, { fresh: false });
  }

  on_message_deleted({ channel, message }) {
    for (const key of [channel, threadKey(channel, message.thread_ts ?? message.ts)]) {
      const log = this.logs.get(key);
      if (!log) continue;
      log.messages = log.messages.filter((held) => held.ts !== message.ts);
      this.emit("log", { key });
    }
  }

  on_channel({ channel }) {
    this.channels.set(channel.id, channel);
    this.emit("channels");
    this.emit("channel", channel);
  }

  on_read({ channel, unread, mentions }) {
    this.unread(channel, unread, mentions);
  }

  on_view(event) {
    if (isHome(event)) {
      this.home = event.view;
      this.emit("home");
    } else this.emit("view", event);
  }

  on_call({ call }) {
    this.emit("call", call);
  }

  on_people() {
    this.emit("stale");
  }

  upsert({ channel, message }, { fresh }) {
    const reply = message.thread_ts && message.thread_ts !== message.ts;
    if (!reply) this.place(channel, message, fresh);
    this.place(threadKey(channel, message.thread_ts ?? message.ts), message, fresh);
  }

  place(key, message, fresh) {
    const log = this.logs.get(key);
    if (!log?.loaded) return;
    const at = log.messages.findIndex((held) => held.ts === message.ts);
    const beforePage = log.hasMore && log.messages.length && message.ts < log.messages[0].ts;
    if (at < 0 && (beforePage || !fresh)) return;
    log.messages = at >= 0 ? log.messages.with(at, message) : merged(log.messages, [message]);
    this.emit("log", { key, fresh: fresh && at < 0, message });
  }

  /** Whether the message calls this person: by name, group or everybody. */
  mentions(message) {
    const text = message.text + JSON.stringify(message.blocks ?? []);
    const mine = [...this.groups.values()].filter((group) => group.users.includes(this.me)).map((group) => `<!subteam^${group.id}`);
    return [`<@${this.me}`, "<!here", "<!channel", "<!everyone", ...mine].some((mark) => text.includes(mark));
  }

  markRead(id) {
    this.unread(id, 0, 0);
  }

  unread(id, unread, mentions) {
    const channel = this.channels.get(id);
    if (!channel || (channel.unread === unread && channel.mentions === mentions)) return;
    Object.assign(channel, { unread, mentions });
    this.emit("channels");
  }
}

const byId = (items) => new Map(items.map((item) => [item.id, item]));

/** The messages read anew, each that says what it said before as the very object that is drawn already. */
function unchanged(messages, held) {
  const before = new Map(held.map((message) => [JSON.stringify(message), message]));
  return messages.map((message) => before.get(JSON.stringify(message)) ?? message);
}

/** Two lists of messages as one, oldest first, the later version of each. */
function merged(first, second) {
  const all = new Map([...first, ...second].map((message) => [message.ts, message]));
  return [...all.values()].sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
}
