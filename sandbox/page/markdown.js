// Standard Markdown, as the markdown block carries it, to DOM nodes: headings, lists, tasks, tables, code, quotes.
import { h, fragment, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { emojiNode, inline as chatInline } from "./mrkdwn.js";

const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** The nodes of a text. In a message a line break is one; `document` joins the lines of a paragraph, as Markdown has it. */
export function markdown(text, names, { document: joined = false } = {}) {
  return fragment(blocks(String(text ?? "").replaceAll("\r", "").split("\n"), { names, joined }));
}

function blocks(rows, how) {
  const made = [];
  for (let at = 0; at < rows.length; ) {
    const [node, next] = block(rows, at, how);
    if (node) made.push(node);
    at = next;
  }
  return made;
}

function block(rows, at, how) {
  const row = rows[at];
  if (!row.trim()) return [null, at + 1];
  const heading = row.match(HEADING);
  if (heading) return [h(`h${Math.min(heading[1].length + 2, 6)}`, { class: `md-heading md-h${heading[1].length}` }, inline(heading[2], how)), at + 1];
  if (/^\s*(```|~~~)/.test(row)) return fence(rows, at);
  if (RULE.test(row)) return [h("hr"), at + 1];
  if (/^\s*>/.test(row)) return quote(rows, at, how);
  if (row.includes("|") && TABLE_RULE.test(rows[at + 1] ?? "")) return table(rows, at, how);
  if (ITEM.test(row)) return list(rows, at, how);
  return paragraph(rows, at, how);
}

function until(rows, at, ends) {
  let end = at;
  while (end < rows.length && !ends(rows[end], end)) end++;
  return end;
}

function fence(rows, at) {
  const mark = rows[at].trim().slice(0, 3);
  const end = until(rows, at + 1, (row) => row.trim().startsWith(mark));
  return [h("pre", {}, h("code", {}, rows.slice(at + 1, end).join("\n"))), end + 1];
}

function quote(rows, at, how) {
  const end = until(rows, at, (row) => !/^\s*>/.test(row));
  return [h("blockquote", {}, blocks(rows.slice(at, end).map((row) => row.replace(/^\s*>\s?/, "")), how)), end];
}

const ENDS_A_LINE = /( {2,}|\\)$/;
const interrupts = (row) => !row.trim() || HEADING.test(row) || ITEM.test(row) || /^\s*(>|```|~~~)/.test(row) || RULE.test(row);

function paragraph(rows, at, how) {
  const end = until(rows, at + 1, interrupts);
  return [h("p", {}, lines(rows.slice(at, end), how)), end];
}

/** Rows of one paragraph: each a line, or joined up to where the writer broke the line on purpose. */
function lines(rows, how) {
  const shown = [];
  for (const row of rows) {
    const last = shown.length - 1;
    if (how.joined && last >= 0 && !ENDS_A_LINE.test(shown[last])) shown[last] += ` ${row.trimStart()}`;
    else shown.push(how.joined && last >= 0 ? row.trimStart() : row);
  }
  const clean = (line) => (how.joined ? line.replace(ENDS_A_LINE, "").trimEnd() : line.trimEnd());
  return shown.flatMap((line, index) => [index ? h("br") : null, ...inline(clean(line), how)]);
}

function list(rows, at, how) {
  const [, indent, mark] = rows[at].match(ITEM);
  const ordered = /\d/.test(mark);
  const made = h(ordered ? "ol" : "ul", ordered && parseInt(mark, 10) !== 1 ? { start: parseInt(mark, 10) } : {});
  let next = at;
  while (next < rows.length) {
    const item = rows[next].match(ITEM);
    if (!item || item[1].length < indent.length || /\d/.test(item[2]) !== ordered) break;
    const end = until(rows, next + 1, (row) => !row.trim() || (row.match(/^\s*/)[0].length <= indent.length && row.trim()));
    made.append(listItem(item[3], rows.slice(next + 1, end), how));
    next = end;
  }
  return [made, next];
}

function listItem(text, nested, how) {
  const task = text.match(/^\[([ xX])\]\s+(.*)$/);
  const own = how.joined ? until(nested, 0, interrupts) : 0;
  const words = lines([task ? task[2] : text, ...nested.slice(0, own)], how);
  const inner = blocks(nested.slice(own), how);
  if (!task) return h("li", {}, words, inner);
  const done = task[1] !== " ";
  return h("li", { class: "task" }, h("input", { type: "checkbox", disabled: true, checked: done, "aria-label": done ? "done" : "open" }), words, inner);
}

const cells = (row) => row.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));

function table(rows, at, how) {
  const ends = until(rows, at + 2, (row) => !row.includes("|"));
  const right = cells(rows[at + 1]).map((rule) => rule.endsWith(":"));
  const line = (row, tag) => h("tr", {}, cells(row).map((cell, index) => h(tag, { class: right[index] ? "right" : null }, inline(cell, how))));
  const body = rows.slice(at + 2, ends).map((row) => line(row, "td"));
  return [h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", {}, h("thead", {}, line(rows[at], "th")), h("tbody", {}, body))), ends];
}

// Each rule: what to look for, and the node that the match becomes. The earliest match wins, then the first rule.
const RULES = [
  [/\\([\\`*_{}[\]()#+\-.!~|<>])/, (found) => document.createTextNode(found[1])],
  [/`([^`]+)`/, (found) => h("code", {}, found[1])],
  [/!\[\]\(([@#][A-Z0-9]+)\)/, (found, how) => fragment(chatInline(`<${found[1]}>`, how.names))],
  [/!\[([^\]]*)\]\(([^)\s]+)\)/, (found) => link(found[2], found[1] || "picture")],
  [/\[([^\]]+)\]\(([^)\s]+)(?:\s+"[^"]*")?\)/, (found, how) => link(found[2], fragment(inline(found[1], how)))],
  [/<(?:[@#!][^<>\n]+|(?:https?|mailto):[^<>\n]+)>/, (found, how) => fragment(chatInline(found[0], how.names))],
  [/\*\*(?=\S)(.+?)(?<=\S)\*\*|__(?=\S)(.+?)(?<=\S)__/, (found, how) => h("strong", {}, inline(found[1] ?? found[2], how))],
  [/\*(?=\S)([^*]+?)(?<=\S)\*|(?<![\p{L}\p{N}])_(?=\S)([^_]+?)(?<=\S)_(?![\p{L}\p{N}])/u, (found, how) => h("em", {}, inline(found[1] ?? found[2], how))],
  [/~~(.+?)~~/, (found, how) => h("s", {}, inline(found[1], how))],
  [/https?:\/\/[^\s<>|*`]*[^\s<>|*`.,;:!?'")\]]/, (found) => link(found[0])],
  [/:([a-z0-9_+-]+):/, (found) => (emoji(found[1]) ? emojiNode(found[1], emoji(found[1])) : document.createTextNode(found[0]))],
];

function inline(text, how) {
  const nodes = [];
  let rest = text;
  while (rest) {
    const best = RULES.map(([pattern, make]) => ({ found: rest.match(pattern), make })).filter((hit) => hit.found).sort((a, b) => a.found.index - b.found.index)[0];
    if (!best) break;
    if (best.found.index) nodes.push(document.createTextNode(rest.slice(0, best.found.index)));
    nodes.push(best.make(best.found, how));
    rest = rest.slice(best.found.index + best.found[0].length);
  }
  if (rest) nodes.push(document.createTextNode(rest));
  return nodes;
}
