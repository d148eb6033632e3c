// The lists behind Block Kit's selects: options given by the app, and the workspace's own people and channels.
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";

/** An option object as a list item. */
export const optionItem = (option) => ({ key: option.value, text: option.text.text, hint: option.description?.text, value: option });

export function optionGroups({ options, option_groups: groups }) {
  if (groups) return groups.map((group) => ({ label: group.label.text, items: group.options.map(optionItem) }));
  return [{ items: (options ?? []).map(optionItem) }];
}

const personItem = (person) => ({ key: person.id, text: person.shown, hint: person.title, drawn: avatar(person, "small"), value: person.id });

export function peopleGroups(store) {
  const people = [...store.people.values()];
  return [{ items: people.filter((person) => !person.is_bot).map(personItem) }, { label: "Apps", items: people.filter((person) => person.is_bot).map(personItem) }];
}

function channelItem(store, channel) {
  const drawn = channel.kind === "im" ? avatar(store.person(channel.with), "small") : icon(channel.is_private ? "lock" : "hash");
  return { key: channel.id, text: store.nameOf(channel), drawn, value: channel.id };
}

const open = (store) => [...store.channels.values()].filter((channel) => !channel.is_archived);

/** The public channels, which is what channels_select offers. */
export function channelGroups(store) {
  return [{ items: open(store).filter((channel) => channel.kind === "channel" && !channel.is_private).map((channel) => channelItem(store, channel)) }];
}

/** Channels and direct messages, narrowed by the element's filter. */
export function conversationGroups(store, { include } = {}) {
  const kindOf = (channel) => (channel.kind === "im" ? "im" : channel.is_private ? "private" : "public");
  const wanted = open(store).filter((channel) => !include || include.includes(kindOf(channel)));
  const items = (kind) => wanted.filter((channel) => (channel.kind === "im") === (kind === "im")).map((channel) => channelItem(store, channel));
  return [{ label: "Channels", items: items("channel") }, { label: "Direct messages", items: items("im") }].filter((group) => group.items.length);
}
