// What the bot did, drawn: for each cause its calls as bars over time, with the longest chain of calls that waited for one another.
import { clockTime } from "./dates.js";
import { h } from "./dom.js";

const SHOWN = 8;
const ROW = 22;
const WIDTH = 300;
const NAME = 138;
const SIGN = 5.2;

/** Calls by what caused them, latest first: [{cause, calls, start, end}]. Pure. */
function byCause(calls) {
  const groups = new Map();
  for (const call of calls) {
    const cause = call.cause ?? "by itself";
    if (!groups.has(cause)) groups.set(cause, []);
    groups.get(cause).push(call);
  }
  const made = [...groups].map(([cause, found]) => ({ cause, calls: found.sort((a, b) => a.start - b.start), start: Math.min(...found.map((call) => call.start)), end: Math.max(...found.map((call) => call.end)) }));
  return made.sort((a, b) => b.start - a.start);
}

/** The numbers of the calls that make up the longest chain, given its methods in order. Pure. */
function onChain(calls, methods) {
  const chosen = new Set();
  let free = -Infinity;
  for (const method of methods) {
    const next = calls.find((call) => call.method === method && !chosen.has(call.n) && call.start >= free - 0.0005);
    if (!next) continue;
    chosen.add(next.n);
    free = next.end;
  }
  return chosen;
}

export function drawChains(calls, chains, opened) {
  if (!calls.length) return h("p", { class: "quiet" }, "No call yet.");
  const longest = new Map(chains.map((chain) => [chain.cause ?? "by itself", chain]));
  return h("div", { class: "chains" }, byCause(calls).slice(0, SHOWN).map((group, at) => drawGroup(group, longest.get(group.cause), opened, at === 0)));
}

function drawGroup(group, chain, opened, first) {
  const chosen = onChain(group.calls, chain?.methods ?? []);
  const took = duration(group.end - group.start);
  const summary = h("summary", {}, h("span", { class: "cause" }, group.cause), h("span", { class: "quiet" }, `${clockTime(group.start)} · ${count(group.calls.length, "call")} · ${took}`), chain ? h("span", { class: "chain-length", title: "The longest chain of calls that had to wait for one another" }, `chain of ${chain.longest}`) : null);
  const details = h("details", { class: "chain", open: opened.get(group.cause) ?? first }, summary, waterfall(group, chosen));
  details.addEventListener("toggle", () => opened.set(group.cause, details.open));
  return details;
}

const count = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;
const duration = (seconds) => (seconds < 1 ? `${Math.max(Math.round(seconds * 1000), 0)} ms` : `${seconds.toFixed(2)} s`);

function waterfall(group, chosen) {
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${group.calls.length * ROW + 4}`, class: "waterfall", role: "img", "aria-label": spoken(group, chosen) });
  const scale = (WIDTH - NAME - 8) / Math.max(group.end - group.start, 0.001);
  group.calls.forEach((call, at) => svg.append(bar(call, at, (time) => NAME + (time - group.start) * scale, chosen.has(call.n))));
  return svg;
}

function bar(call, at, x, chosen) {
  const middle = at * ROW + ROW / 2 + 2;
  const from = x(call.start);
  const width = Math.max(x(call.end) - from, 2);
  const kind = call.ok ? "" : "failed";
  const text = call.ok ? duration(call.end - call.start) : `${call.status === 200 ? "" : `${call.status} `}${call.error ?? ""}`.trim();
  const label = shape("text", { ...labelPlace(from, width, text.length * SIGN), y: middle + 3.5 }, text);
  const row = shape("g", { class: `call ${kind} ${chosen ? "chosen" : ""}` },
    shape("text", { x: 0, y: middle + 3.5, class: "method" }, call.method), shape("rect", { x: from, y: middle - 5, width, height: 10, rx: 3 }), label);
  row.append(shape("title", {}, `${call.method}${call.attempt > 1 ? ` (attempt ${call.attempt})` : ""} ${summary(call.args)}`));
  return row;
}

// A long bar carries its duration; a short one has it on the side where there is room.
function labelPlace(from, width, needed) {
  if (width > needed + 8) return { x: from + width - 4, class: "took inside", "text-anchor": "end" };
  const left = from + width + needed + 6 > WIDTH;
  return { x: left ? from - 4 : from + width + 4, class: "took", "text-anchor": left ? "end" : "start" };
}

const summary = (args) => (typeof args === "string" ? args : Object.entries(args ?? {}).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`).join(" "));

const spoken = (group, chosen) => group.calls.map((call) => `${call.method} ${duration(call.end - call.start)}${chosen.has(call.n) ? ", on the longest chain" : ""}${call.ok ? "" : `, failed: ${call.error ?? call.status}`}`).join("; ");

function shape(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
