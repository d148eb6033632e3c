// The rich_text block: text that arrives already taken apart.
import { h, fragment, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { emojiNode, mentionChannel, mentionGroup, mentionPerson, timeNode } from "./mrkdwn.js";

const LEAVES = {
  text: (leaf) => fragment(leaf.text.split("\n").flatMap((row, at) => [at ? h("br") : null, row])),
  link: (leaf) => link(leaf.url, leaf.text || leaf.url),
  user: (leaf, names) => mentionPerson(leaf.user_id, null, names),
  channel: (leaf, names) => mentionChannel(leaf.channel_id, null, names),
  usergroup: (leaf, names) => mentionGroup(leaf.usergroup_id, null, names),
  broadcast: (leaf) => h("span", { class: "mention me" }, `@${leaf.range}`),
  emoji: (leaf) => (emoji(leaf.name) ? emojiNode(leaf.name, emoji(leaf.name)) : `:${leaf.name}:`),
  date: (leaf) => timeNode(Number(leaf.timestamp), leaf.format ?? "{date} {time}", leaf.url),
  color: (leaf) => h("code", {}, leaf.value),
};
const STYLES = [["code", "code"], ["strike", "s"], ["italic", "em"], ["bold", "strong"], ["underline", "u"]];

function leafNode(leaf, names) {
  const bare = LEAVES[leaf.type]?.(leaf, names) ?? `[${leaf.type}]`;
  return STYLES.filter(([name]) => leaf.style?.[name]).reduce((inner, [, tag]) => h(tag, {}, inner), bare);
}

const leaves = (part, names) => (part.elements ?? []).map((leaf) => leafNode(leaf, names));

const PARTS = {
  rich_text_section: (part, names) => h("p", {}, leaves(part, names)),
  rich_text_quote: (part, names) => h("blockquote", {}, leaves(part, names)),
  rich_text_preformatted: (part, names) => h("pre", {}, h("code", {}, leaves(part, names))),
  rich_text_list: (part, names) => {
    const start = part.style === "ordered" && part.offset ? part.offset + 1 : null;
    return h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${Math.min(part.indent ?? 0, 8)}`, start }, part.elements.map((item) => h("li", {}, leaves(item, names))));
  },
};

export function richText(block, names) {
  return h("div", { class: "rich" }, (block.elements ?? []).map((part) => PARTS[part.type]?.(part, names) ?? h("p", { class: "unknown" }, `[${part.type}]`)));
}
