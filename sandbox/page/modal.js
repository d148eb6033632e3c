// The app's dialogs: a stack of views, filled in, checked, submitted; what was typed survives the app's updates.
import { drawBlock, showFieldError } from "./blocks.js";
import { confirmed, openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { Form, isFilled } from "./form.js";
import { icon } from "./icons.js";
import { whenLetGo } from "./press.js";
import { makeSurface } from "./surface.js";

const DISCARD = {
  title: { text: "Discard what you entered?" },
  text: { type: "plain_text", text: "This form has not been submitted." },
  confirm: { text: "Discard" },
  deny: { text: "Keep editing" },
  style: "danger",
};

/** The dialogs of one pane: a stack of {view, form, changes}, of which the top one is on the screen. */
export class Modals {
  constructor(app) {
    this.app = app;
    this.stack = [];
    this.dialog = null;
    this.shown = null;
    this.submitting = false;
    this.redraw = () => this.draw();
  }

  get top() {
    return this.stack.at(-1);
  }

  /** Takes a view event: open, push, update or close, with errors by block_id. */
  apply({ action, view, errors = null }) {
    if (action === "close") return this.close(view?.id);
    const held = this.stack.find((entry) => entry.view.id === view.id);
    if (held && errors) return this.submitting ? null : this.showErrors(errors); // the answer brings them, too
    if (held) {
      Object.assign(held, { view, changes: held.changes + 1 });
      return whenLetGo(this.dialog?.node, this.redraw);
    }
    this.stack = [...(action === "open" ? [] : this.stack), { view, form: new Form(), changes: 0 }];
    return this.draw();
  }

  /** Takes in which views are open, from below: what happened while the stream was not has not come by it. */
  stand(views) {
    const held = new Map(this.stack.map((entry) => [entry.view.id, entry]));
    const versions = (all) => all.map((view) => view.hash).join();
    if (versions(views) === versions(this.stack.map((entry) => entry.view))) return;
    this.stack = views.map((view) => standing(held.get(view.id), view));
    whenLetGo(this.dialog?.node, this.redraw);
  }

  /** Takes away the view and what lies above it; without an id, all of them. */
  close(id) {
    const at = this.stack.findIndex((entry) => entry.view.id === id);
    if (!id) this.stack = [];
    else if (at >= 0) this.stack = this.stack.slice(0, at);
    this.draw();
  }

  draw() {
    if (this.top) return this.fill(this.top);
    this.dialog?.close();
    this.dialog = this.shown = null;
    return null;
  }

  fill(entry) {
    const { view } = entry;
    this.dialog ??= openDialog(this.app, { title: "", className: "modal", dismiss: () => this.dismiss() });
    const focused = fieldAt(document.activeElement);
    this.dialog.heading.textContent = view.title?.text ?? "";
    this.dialog.fill(h("div", {}, this.wayBack(), this.fields(entry)), this.actions(entry));
    if (focused && this.shown === view.id) restore(this.dialog.node, focused);
    else this.dialog.focusFirst();
    this.shown = view.id;
  }

  fields(entry) {
    const { view, form } = entry;
    const submit = () => view.submit && this.submit(entry);
    const surface = makeSurface(this.app, { where: { view_id: view.id }, form, keepsAll: true, submit, blocks: () => view.blocks });
    return h("form", { class: "blocks", novalidate: true, on: { submit: (event) => event.preventDefault() } }, view.blocks.map((block) => drawBlock(block, surface)));
  }

  wayBack() {
    const below = this.stack.at(-2);
    return below && h("button", { type: "button", class: "modal-back", on: { click: () => this.leave() } }, icon("back"), below.view.title?.text ?? "Back");
  }

  actions(entry) {
    const { view } = entry;
    const close = h("button", { type: "button", class: "button", on: { click: () => this.leave() } }, view.close?.text ?? "Close");
    const send = view.submit && h("button", { type: "button", class: "button primary submit", on: { click: () => this.submit(entry) } }, view.submit.text);
    return [h("p", { class: "fault", role: "alert", hidden: true }), close, send].filter(Boolean);
  }

  async submit(entry) {
    const { view, form, changes } = entry;
    const button = this.dialog.node.querySelector(".submit");
    const missing = missingFields(view, form);
    this.showErrors(missing);
    if (Object.keys(missing).length || button.getAttribute("aria-busy")) return;
    busy(button, true);
    this.submitting = true;
    try {
      const answer = await this.app.api.submit(view.id, form.collect(view.blocks));
      if (answer.errors) this.showErrors(answer.errors);
      else if (this.top === entry && entry.changes === changes && !answer.stays) this.close(view.id);
    } catch (fault) {
      this.say(fault.message);
    } finally {
      busy(button, false);
      this.submitting = false;
    }
  }

  /** Puts each error at its field; what names no field on the screen is said at the foot. */
  showErrors(errors) {
    if (!this.dialog) return;
    const { node } = this.dialog;
    const placed = new Set();
    for (const block of node.querySelectorAll(".block")) {
      if (showFieldError(block, errors[block.dataset.block])) placed.add(block.dataset.block);
    }
    this.say(Object.entries(errors).filter(([id]) => !placed.has(id)).map(([, text]) => text).join(" "));
    node.querySelector(".invalid")?.scrollIntoView({ block: "nearest" });
    node.querySelector(".invalid :is(input,textarea,button)")?.focus();
  }

  say(text) {
    const line = this.dialog?.node.querySelector(".dialog-foot > .fault");
    if (!line) return;
    line.textContent = text;
    line.hidden = !text;
  }

  async dismiss() {
    const { top } = this;
    if (top.form.touched && top.view.submit && !(await confirmed(this.app, DISCARD, (text) => text.text))) return;
    if (this.top === top) this.leave(); // else another has come meanwhile, of which nobody was asked
  }

  leave() {
    if (!this.top) return;
    const { view } = this.top;
    this.close(view.id);
    this.app.tell(this.app.api.post("close", { view_id: view.id }));
  }
}

function standing(held, view) {
  if (!held) return { view, form: new Form(), changes: 0 };
  return held.view.hash === view.hash ? held : Object.assign(held, { view, changes: held.changes + 1 });
}

function missingFields(view, form) {
  const required = view.blocks.filter((block) => block.type === "input" && !block.optional);
  const missing = required.filter((block) => !isFilled(form.get(block, block.element)));
  return Object.fromEntries(missing.map((block) => [block.block_id, "This is needed."]));
}

function busy(button, on) {
  button.classList.toggle("busy", on);
  if (on) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
}

// The field that has the focus, so that a redrawn view gives it back with the caret where it was.
function fieldAt(node) {
  const block = node?.closest?.(".modal .block")?.dataset.block;
  return block && { block, start: node.selectionStart, end: node.selectionEnd };
}

function restore(dialog, { block, start, end }) {
  const home = [...dialog.querySelectorAll(".block")].find((node) => node.dataset.block === block);
  const field = home?.querySelector("input,textarea,button");
  field?.focus({ preventScroll: true });
  if (Number.isInteger(start) && /^(text|search|url|textarea)$/.test(field?.type)) field.setSelectionRange(start, end);
}
