// What could complete the word being typed, and the list that offers it above the composer.
import { avatar } from "./avatar.js";
import { h, uid } from "./dom.js";
import { EMOJI } from "./emoji.js";
import { icon } from "./icons.js";

const MOST = 8;

/** The completions for the text before the caret: [{from, text, shown, hint, drawn}], best first. */
export function completions(store, text, caret) {
  const before = text.slice(0, caret);
  if (/^\/\S*$/.test(before)) return commands(store, before);
  const word = before.match(/(?:^|[\s(])([@#:])([\w+-]*)$/);
  if (!word) return [];
  const from = caret - word[2].length - 1;
  const wanted = word[2].toLowerCase();
  const found = { "@": mentions, "#": channels, ":": emojis }[word[1]](store, wanted);
  return found.slice(0, MOST).map((choice) => ({ from, ...choice }));
}

function commands(store, typed) {
  return store.commands
    .filter((known) => known.command.startsWith(typed))
    .map((known) => ({ from: 0, text: `${known.command} `, shown: known.command, hint: [known.usage_hint, known.description].filter(Boolean).join(" · "), drawn: h("span", { class: "slash" }, "/") }));
}

function mentions(store, wanted) {
  const people = [...store.people.values()]
    .filter((person) => person.name.toLowerCase().startsWith(wanted) || person.shown.toLowerCase().includes(wanted))
    .map((person) => ({ text: `@${person.name} `, shown: person.shown, hint: [`@${person.name}`, person.title].filter(Boolean).join(" · "), drawn: avatar(person, "small") }));
  const groups = [...store.groups.values()]
    .filter((group) => group.handle.toLowerCase().includes(wanted))
    .map((group) => ({ text: `@${group.handle} `, shown: `@${group.handle}`, hint: `${group.name} · ${group.users.length} people`, drawn: icon("people") }));
  return [...people, ...groups];
}

function channels(store, wanted) {
  return [...store.channels.values()]
    .filter((channel) => channel.kind === "channel" && !channel.is_archived && channel.name.includes(wanted))
    .map((channel) => ({ text: `#${channel.name} `, shown: channel.name, hint: "", drawn: icon(channel.is_private ? "lock" : "hash") }));
}

function emojis(store, wanted) {
  if (wanted.length < 2) return [];
  const names = [...EMOJI.keys()].filter((name) => name.includes(wanted)).sort((a, b) => b.startsWith(wanted) - a.startsWith(wanted));
  return names.map((name) => ({ text: `:${name}: `, shown: `:${name}:`, hint: "", drawn: h("span", { class: "emoji" }, EMOJI.get(name)) }));
}

/** The list that offers completions for an input. `key(event)` answers whether it used the key. */
export class Suggestions {
  constructor(input, { choices, onPick }) {
    Object.assign(this, { input, choices, onPick, offered: [], at: 0 });
    this.node = h("ul", { class: "suggest", role: "listbox", id: uid("suggest"), "aria-label": "Suggestions", hidden: true });
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.node.id);
  }

  /** Offers what fits the text as it is now. */
  update() {
    this.offered = this.choices();
    this.node.hidden = !this.offered.length;
    this.node.replaceChildren(...this.offered.map((choice) => this.row(choice)));
    this.mark(0);
  }

  hide() {
    this.node.hidden = true;
    this.offered = [];
    this.mark(0);
  }

  row(choice) {
    const press = (event) => {
      event.preventDefault();
      this.onPick(choice);
    };
    return h("li", { role: "option", id: uid("offer"), class: "option", on: { mousedown: press } }, choice.drawn, h("span", { class: "option-text" }, choice.shown, choice.hint ? h("small", {}, choice.hint) : null));
  }

  mark(at) {
    this.at = at;
    [...this.node.children].forEach((child, index) => {
      child.classList.toggle("at", index === at);
      child.setAttribute("aria-selected", String(index === at));
    });
    const current = this.node.hidden ? null : this.node.children[at];
    current?.scrollIntoView({ block: "nearest" });
    if (current) this.input.setAttribute("aria-activedescendant", current.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const { offered, at } = this;
    if (!offered.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const takes = event.key === "Tab" || (event.key === "Enter" && !this.isWhole(offered[at]));
    if (step) this.mark((at + step + offered.length) % offered.length);
    else if (takes) this.onPick(offered[at]);
    else if (event.key === "Escape") this.hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  // A command typed to its end is sent by Enter, not completed once more.
  isWhole(choice) {
    return this.input.value === choice.text.trim();
  }
}
