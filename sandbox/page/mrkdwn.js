// Chat markup (mrkdwn) to DOM nodes. What is not known markup stays text, so text can never become an element of its own choosing.
import { fillDate } from "./dates.js";
import { h, fragment, link } from "./dom.js";
import { emoji } from "./emoji.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const unescapeText = (text) => text.replace(/&(amp|lt|gt);/g, (entity) => ENTITIES[entity]);
export const escapeText = (text) => text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);

/** Markup text to a fragment. `names` resolves ids: {me, person(id), channel(id), group(id), openChannel(id), openPerson(id)}. */
export function mrkdwn(text, names) {
  const parts = String(text ?? "").split(/```/);
  const nodes = parts.map((part, at) => {
    const fenced = at % 2 === 1 && at < parts.length - 1;
    if (fenced) return h("pre", {}, h("code", {}, codeText(part.replace(/^\n/, "").replace(/\n$/, ""))));
    const loose = at % 2 === 1 ? "```" + part : part;
    return lines(afterFence(loose, at, parts.length), names);
  });
  return fragment(nodes);
}

// A fenced block is its own paragraph: the line breaks that touch it would show as empty lines.
function afterFence(text, at, count) {
  let trimmed = text;
  if (at > 0) trimmed = trimmed.replace(/^\n/, "");
  if (at < count - 1) trimmed = trimmed.replace(/\n$/, "");
  return trimmed;
}

const codeText = (text) => unescapeText(text.replace(/<((?:https?|mailto):[^|>\n]+)(?:\|([^>\n]*))?>/g, (_, address, label) => label ?? address));

function lines(text, names) {
  if (!text) return [];
  const made = [];
  let quote = null;
  const rows = text.split("\n");
  for (let at = 0; at < rows.length; at++) {
    const whole = rows[at].match(/^(?:&gt;|>){3}\s?(.*)$/);
    if (whole) {
      made.push(h("blockquote", {}, lines([whole[1], ...rows.slice(at + 1)].join("\n"), names)));
      break;
    }
    const quoted = rows[at].match(/^(?:&gt;|>)\s?(.*)$/);
    if (quoted) {
      if (quote) quote.append(h("br"));
      else made.push((quote = h("blockquote")));
      quote.append(...inline(quoted[1], names));
      continue;
    }
    const afterBlock = made.length && isBlock(made.at(-1));
    quote = null;
    if (made.length && !afterBlock) made.push(h("br"));
    made.push(...(afterBlock && !rows[at] ? [h("span", { class: "gap" })] : line(rows[at], names)));
  }
  return made;
}

const isBlock = (node) => node.tagName === "BLOCKQUOTE" || node.matches?.(".list-line, .gap");

function line(row, names) {
  const item = row.match(/^(\s*)(•|◦|▪|[-*](?=\s)|\d{1,3}[.)](?=\s))\s*(.*)$/);
  if (!item) return inline(row, names);
  const mark = "-*".includes(item[2]) ? "•" : item[2];
  const level = Math.min(Math.floor(item[1].length / 2), 3);
  return [h("span", { class: `list-line level-${level}` }, h("span", { class: "list-mark" }, mark), h("span", {}, inline(item[3], names)))];
}

const STYLES = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;

/** One line of markup to nodes: code, entities, emoji, bold, italic, strike and bare addresses. */
export function inline(text, names) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(document.createTextNode(unescapeText(plain)));
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const found = read(text, at, names);
    if (found) {
      flush();
      nodes.push(found.node);
      at = found.end;
    } else {
      plain += text[at++];
    }
  }
  flush();
  return nodes;
}

function read(text, at, names) {
  const sign = text[at];
  if (sign === "`") return readCode(text, at);
  if (sign === "<") return readEntity(text, at, names);
  if (sign === ":") return readEmoji(text, at);
  if (STYLES[sign]) return readStyled(text, at, names);
  if (sign === "h") return readAddress(text, at);
  return null;
}

function readCode(text, at) {
  const end = text.indexOf("`", at + 1);
  if (end <= at + 1) return null;
  return { node: h("code", {}, codeText(text.slice(at + 1, end))), end: end + 1 };
}

function readStyled(text, at, names) {
  const sign = text[at];
  if (at > 0 && (WORD.test(text[at - 1]) || text[at - 1] === sign)) return null;
  if (!text[at + 1] || /\s/.test(text[at + 1]) || text[at + 1] === sign) return null;
  for (let end = text.indexOf(sign, at + 1); end > 0; end = text.indexOf(sign, end + 1)) {
    const closes = !/\s/.test(text[end - 1]) && !(text[end + 1] && (WORD.test(text[end + 1]) || text[end + 1] === sign));
    if (closes) return { node: h(STYLES[sign], {}, inline(text.slice(at + 1, end), names)), end: end + 1 };
  }
  return null;
}

function readEmoji(text, at) {
  const found = text.slice(at, at + 60).match(/^:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/);
  const drawn = found && emoji(found[1]);
  if (!drawn) return null;
  return { node: emojiNode(found[1], drawn), end: at + found[0].length };
}

export const emojiNode = (name, drawn) => h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, drawn);

function readAddress(text, at) {
  if (at > 0 && WORD.test(text[at - 1])) return null;
  const found = text.slice(at).match(/^https?:\/\/[^\s<>|*`]*[^\s<>|*`.,;:!?'")\]]/);
  return found && { node: link(unescapeText(found[0])), end: at + found[0].length };
}

function readEntity(text, at, names) {
  const found = text.slice(at).match(/^<([^<>\n]+)>/);
  if (!found) return null;
  const bar = found[1].indexOf("|");
  const target = bar < 0 ? found[1] : found[1].slice(0, bar);
  const label = bar < 0 ? null : unescapeText(found[1].slice(bar + 1));
  const node = entity(target, label, names);
  return node && { node, end: at + found[0].length };
}

function entity(target, label, names) {
  if (/^@[UWB]\w*$/.test(target)) return mentionPerson(target.slice(1), label, names);
  if (/^#[CGD]\w*$/.test(target)) return mentionChannel(target.slice(1), label, names);
  if (/^!(here|channel|everyone)$/.test(target)) return h("span", { class: "mention me" }, `@${target.slice(1)}`);
  if (target.startsWith("!subteam^")) return mentionGroup(target.slice(9), label, names);
  if (target.startsWith("!date^")) return dateNode(target, label);
  if (/^(https?|mailto|tel):/i.test(target)) return link(unescapeText(target), label ? fragment(inline(escapeText(label), names)) : unescapeText(target.replace(/^mailto:/, "")));
  return null;
}

export function mentionPerson(id, label, names) {
  const shown = `@${names.person(id)?.shown ?? label ?? id}`;
  return h("button", { type: "button", class: id === names.me ? "mention me" : "mention", on: { click: () => names.openPerson(id) } }, shown);
}

export function mentionChannel(id, label, names) {
  const channel = names.channel(id);
  if (!channel && !label) return h("span", { class: "mention", title: "You are not in this channel" }, "a private channel");
  return h("button", { type: "button", class: "mention", on: { click: () => names.openChannel(id) } }, `#${channel?.name ?? label}`);
}

export function mentionGroup(id, label, names) {
  const group = names.group(id);
  const mine = group?.users?.includes(names.me);
  return h("span", { class: mine ? "mention me" : "mention", title: group?.name }, `@${(group?.handle ?? label ?? id).replace(/^@/, "")}`);
}

/** <!date^epoch^template^address|fallback> as a time in the reader's zone. */
function dateNode(target, label) {
  const [, epoch, template, address] = target.split("^");
  const seconds = Number(epoch);
  if (!template || !Number.isFinite(seconds)) return document.createTextNode(label ?? "");
  return timeNode(seconds, unescapeText(template), address);
}

export function timeNode(seconds, template, address) {
  const when = new Date(seconds * 1000);
  const valid = !Number.isNaN(when.getTime());
  const shown = h("time", { datetime: valid ? when.toISOString() : null, title: valid ? when.toString() : null, data: { epoch: seconds, template } }, valid ? fillDate(template, seconds) : String(seconds));
  return address ? link(address, shown) : shown;
}
