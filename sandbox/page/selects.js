// Every select and multi-select of Block Kit, from one table: where its list comes from and how its answer is written.
// An external select's list comes from the app, for what was typed.
import { channelGroups, conversationGroups, optionGroups, optionItem, peopleGroups } from "./choices.js";
import { h } from "./dom.js";
import { picker } from "./picker.js";

const initialOptions = (element) => (element.initial_options ?? (element.initial_option ? [element.initial_option] : []));

// type → [groups, the answer's key for one, for several, initial values, item keys of a held answer]
const KINDS = {
  static: { groups: (surface, element) => optionGroups(element), one: "selected_option", many: "selected_options", first: initialOptions },
  external: { groups: () => [], one: "selected_option", many: "selected_options", first: initialOptions },
  users: { groups: (surface) => peopleGroups(surface.app.store), one: "selected_user", many: "selected_users", first: (element) => element.initial_users ?? present(element.initial_user) },
  channels: { groups: (surface) => channelGroups(surface.app.store), one: "selected_channel", many: "selected_channels", first: (element) => element.initial_channels ?? present(element.initial_channel) },
  conversations: { groups: (surface, element) => conversationGroups(surface.app.store, element.filter), one: "selected_conversation", many: "selected_conversations", first: firstConversations },
};

const present = (value) => (value ? [value] : []);

function firstConversations(element, surface) {
  const here = element.default_to_current_conversation ? surface.app.store.viewing : null;
  return element.initial_conversations ?? present(element.initial_conversation ?? here);
}

/** Whether the type names a select that this file draws. */
export const isSelect = (type) => /^(multi_)?(static|external|users|channels|conversations)_select$/.test(type);

export function select(block, element, surface) {
  const several = element.type.startsWith("multi_");
  const kind = KINDS[element.type.replace("multi_", "").replace("_select", "")];
  const key = several ? kind.many : kind.one;
  const answer = (values) => ({ [key]: several ? values : (values[0] ?? null) });
  const held = surface.seed(block, element, answer(kind.first(element, surface)))[key];
  const chosen = (several ? held : present(held)).map((value) => itemOf(value, surface, kind, element));
  const field = picker({
    label: surface.labelOf(block, element),
    placeholder: element.placeholder?.text ?? (several ? "Choose some" : "Choose one"),
    groups: () => kind.groups(surface, element),
    search: element.type.endsWith("external_select") ? (typed) => surface.suggest(block, element, typed) : null,
    searchFrom: element.min_query_length ?? 3,
    chosen,
    several,
    most: element.max_selected_items ?? Infinity,
    onPick: (items, control) => surface.change(block, element, answer(items.map((item) => item.value)), control),
  });
  return h("span", { class: "select" }, field);
}

function itemOf(value, surface, kind, element) {
  if (typeof value !== "string") return optionItem(value);
  const items = kind.groups(surface, element).flatMap((group) => group.items);
  return items.find((item) => item.key === value) ?? { key: value, text: value, value };
}
