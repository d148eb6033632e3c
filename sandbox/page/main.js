// The shell: one pane or two side by side, the look, the demo panel, and the address that remembers them.
import { get } from "./api.js";
import { keepAgesTrue } from "./dates.js";
import { h, iconButton } from "./dom.js";
import { icon } from "./icons.js";
import { DemoPanel } from "./panel.js";
import { nextLook, applyLook, look } from "./look.js";
import { openWorkspace } from "./workspace.js";

const bar = h("header", { class: "topbar" });
const panes = h("div", { class: "panes" });
const demo = h("div", { class: "demo-slot", hidden: true });
const opened = [null, null];
let panel = null;
let active = 0;

/** The shell as one pane knows it. */
const shellFor = (slot) => ({
  actAs: (person) => open(slot, person, { channel: opened[slot]?.app.ui.channel }),
  openBeside: (person) => open(1 - slot, person, { channel: opened[slot].app.ui.channel }),
  moved: remember,
  counted: drawTitle,
});

async function open(slot, person, start) {
  const made = await openWorkspace(shellFor(slot), person, start);
  opened[slot]?.close();
  opened[slot] = made;
  active = slot;
  made.root.addEventListener("focusin", () => (active = slot));
  showPanes();
  if (!bar.isConnected) document.body.replaceChildren(bar, h("div", { class: "stage" }, panes, demo));
  made.settle();
  drawBar();
  remember();
  if (slot === 0 || !panel) watch();
}

function showPanes() {
  panes.replaceChildren(...opened.filter(Boolean).map((pane) => pane.root));
  panes.classList.toggle("beside", Boolean(opened[1]));
}

/** Shows a second person beside the first, or goes back to one. */
function toggleBeside() {
  if (opened[1]) {
    opened[1].close();
    opened[1] = null;
    showPanes();
    drawBar();
    return remember();
  }
  const { app } = opened[0];
  const other = [...app.store.people.values()].find((person) => !person.is_bot && person.id !== app.me);
  return other && open(1, other.id, { channel: app.ui.channel });
}

/** The demo panel follows the first pane's stream. */
function watch() {
  const { store } = opened[0].app;
  if (!store.panel) return;
  panel ??= new DemoPanel(() => showPanel(false));
  demo.replaceChildren(panel.node);
  store.on("call", (call) => panel.take(call));
  store.on("opened", () => panel.missed());
  const wanted = sessionStorage.getItem("panel") ?? (innerWidth >= 1180 ? "open" : "shut");
  showPanel(wanted === "open");
}

function showPanel(on) {
  demo.hidden = !on;
  document.body.classList.toggle("with-demo", on);
  sessionStorage.setItem("panel", on ? "open" : "shut");
  panel.watch(on);
  drawBar();
}

function drawBar() {
  const { store } = opened[0].app;
  const mod = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘K" : "Ctrl K";
  const jump = h("button", { type: "button", class: "jump-to", on: { click: goTo } }, icon("search"), h("span", {}, "Go to…"), h("kbd", {}, mod));
  const modes = { light: "sun", dark: "moon", auto: "auto" };
  const looks = iconButton(icon(modes[look()]), `Look: ${look()}`, () => { nextLook(); drawBar(); });
  const beside = iconButton(icon("columns"), opened[1] ? "Back to one person" : "Two people side by side", toggleBeside, { class: "beside", "aria-pressed": String(Boolean(opened[1])) });
  const shown = store.panel ? h("button", { type: "button", class: "demo-button", "aria-label": "Demo", "aria-pressed": String(!demo.hidden), on: { click: () => showPanel(demo.hidden) } }, icon("pulse"), h("span", {}, "Demo")) : null;
  bar.replaceChildren(h("div", { class: "brand" }, h("img", { src: "/page/static/icon.svg", alt: "" }), h("strong", {}, store.title), store.title.toLowerCase() === "sandbox" ? null : h("span", { class: "tag" }, "sandbox")), jump, h("div", { class: "bar-tools" }, beside, looks, shown ?? ""));
  drawTitle();
}

function drawTitle() {
  const store = opened[0]?.app.store;
  if (!store) return;
  const channels = [...store.channels.values()];
  const mentions = channels.reduce((sum, channel) => sum + channel.mentions, 0);
  const mark = mentions ? `(${mentions}) ` : channels.some((channel) => channel.unread) ? "• " : "";
  const here = store.channel(opened[0].app.ui.channel);
  document.title = `${mark}${here ? store.nameOf(here) : ""} · ${store.title}`;
}

function remember() {
  if (!opened[0]) return;
  const address = new URLSearchParams();
  const { me, ui } = opened[0].app;
  for (const [name, value] of [["as", me], ["channel", ui.channel], ["thread", ui.thread], ["beside", opened[1]?.app.me], ["beside_channel", opened[1]?.app.ui.channel]]) if (value) address.set(name, value);
  history.replaceState(null, "", `?${address}`);
  drawTitle();
}

const goTo = () => (opened[active] ?? opened[0])?.app.openSwitcher();

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
  event.preventDefault();
  goTo();
});

async function start() {
  applyLook();
  const address = new URLSearchParams(location.search);
  const opening = JSON.parse(document.getElementById("opening").textContent);
  const me = opening.state?.me ?? (await get("state", { as: address.get("as") })).me;
  await open(0, me, { channel: address.get("channel"), thread: address.get("thread"), opening });
  const beside = address.get("beside");
  if (beside) await open(1, beside, { channel: address.get("beside_channel") ?? address.get("channel") });
  keepAgesTrue();
}

start().catch((fault) => {
  document.body.replaceChildren(h("main", { class: "broken" }, h("h1", {}, "The workspace could not be opened"), h("p", {}, fault.message), h("a", { class: "button primary", href: "/" }, "Try again")));
});
