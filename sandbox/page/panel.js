// The demo panel: break the patient, fire an alert, watch its health, and see what the bot did about it.
import { get, post } from "./api.js";
import { drawChains } from "./calls.js";
import { h, iconButton } from "./dom.js";
import { icon } from "./icons.js";
import { whenLetGo } from "./press.js";

const WATCH_MS = 1500;
const REDRAW_MS = 200;
const WORDS = { healthy: "Healthy", degraded: "Degraded", unhealthy: "Unhealthy", down: "Down" };

const part = (label, more = "") => h("section", { class: `panel-part ${more}`, "aria-label": label });

/** The panel; `node` is what to show. It looks only while it is watched. */
export class DemoPanel {
  constructor(onClose) {
    this.title = h("h2", {}, "Demo");
    this.health = part("Health");
    this.faults = part("Faults", "fault-home");
    this.alerts = part("Alerts", "fault-home");
    this.record = part("What the bot did");
    this.health.setAttribute("aria-live", "polite");
    const head = h("header", { class: "side-head" }, h("div", {}, this.title, h("p", { class: "quiet" }, "The patient and the bot")), iconButton(icon("close"), "Close the demo panel", onClose));
    this.node = h("aside", { class: "demo", "aria-label": "Demo panel" }, head, h("div", { class: "demo-body" }, this.health, this.faults, this.alerts, this.record));
    this.calls = new Map();
    this.chains = [];
    this.opened = new Map();
    this.timer = null;
    this.reading = null;
    this.whole = 0;
    this.looks = { asked: 0, shown: 0 };
    this.asked = { asked: 0, shown: 0 };
    this.controls = "";
    this.drawControls = () => this.fillControls();
  }

  /** Starts or stops watching the patient and the calls. */
  watch(on) {
    clearInterval(this.timer);
    this.timer = on ? setInterval(() => document.visibilityState === "visible" && this.look(), WATCH_MS) : null;
    if (!on) return;
    this.look();
    this.readCalls();
  }

  /** Takes in a call that has just ended. */
  take(call) {
    this.calls.set(call.n, call);
    if (this.timer) this.reading ??= setTimeout(() => this.readCalls(), REDRAW_MS);
  }

  /** The stream is open again: what was called meanwhile has not come by it. */
  missed() {
    if (this.timer) this.readCalls();
  }

  async look() {
    const newest = inOrder(this.looks);
    try {
      const seen = await get("panel");
      if (newest()) this.draw(seen);
    } catch (fault) {
      if (newest()) this.health.replaceChildren(h("p", { class: "fault" }, fault.message));
    }
  }

  draw({ title, health, faults, alerts }) {
    this.title.textContent = title;
    this.health.replaceChildren(...drawHealth(health));
    // The controls are replaced only when they would differ, so that a press under way keeps its button and its fault.
    const controls = JSON.stringify([faults, alerts]);
    if (controls === this.controls) return;
    this.controls = controls;
    whenLetGo(this.node, this.drawControls);
  }

  fillControls() {
    const [faults, alerts] = JSON.parse(this.controls);
    this.faults.replaceChildren(h("h3", {}, "Break something"), ...faults.map((fault) => this.faultSwitch(fault)));
    this.alerts.replaceChildren(h("h3", {}, "Fire an alert"), ...alerts.map((alert) => this.alertButton(alert)));
  }

  faultSwitch({ name, title, active }) {
    const flip = (event) => this.press(event.currentTarget, this.faults, () => post("panel/fault", { name, on: !active }));
    return h("button", { type: "button", class: "switch", role: "switch", "aria-checked": String(active), on: { click: flip } }, h("span", {}, title), h("span", { class: "knob" }));
  }

  alertButton({ name, title }) {
    const fire = (event) => this.press(event.currentTarget, this.alerts, () => post("panel/alert", { name }));
    return h("button", { type: "button", class: "button wide", on: { click: fire } }, icon("bell"), title);
  }

  async press(control, home, task) {
    home.querySelector(".fault")?.remove();
    control.classList.add("busy");
    try {
      await task();
      await this.look();
    } catch (fault) {
      home.append(h("p", { class: "fault", role: "alert" }, fault.message));
    } finally {
      control.classList.remove("busy");
    }
  }

  async readCalls() {
    this.reading = null;
    const newest = inOrder(this.asked);
    try {
      const { calls, chains } = await get("calls", { after: this.known() });
      for (const call of calls) this.calls.set(call.n, call);
      if (!this.whole && calls.length) this.whole = calls[0].n - 1; // what was before is kept no more
      if (newest()) this.chains = chains;
      this.record.replaceChildren(h("h3", {}, "What the bot did"), drawChains([...this.calls.values()], this.chains, this.opened));
    } catch (fault) {
      this.record.replaceChildren(h("p", { class: "fault" }, fault.message));
    }
  }

  /** The last call up to which all are held: a later one may have ended, and been told, before it. */
  known() {
    while (this.calls.has(this.whole + 1)) this.whole += 1;
    return this.whole;
  }
}

// Whether what was asked now is, when it is answered, not older than what is shown: an answer may be overtaken by the next one.
function inOrder(counted) {
  const number = (counted.asked += 1);
  return () => number > counted.shown && Boolean((counted.shown = number));
}

function drawHealth(health) {
  return [
    h("div", { class: `health ${health.status}` }, h("span", { class: "health-dot" }), h("strong", {}, WORDS[health.status] ?? health.status)),
    h("dl", { class: "facts" }, health.facts.map((fact) => h("div", { class: fact.bad ? "fact bad" : "fact" }, h("dt", {}, fact.name), h("dd", {}, fact.value)))),
  ];
}
