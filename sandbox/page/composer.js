// Where a person writes: Enter sends, Shift+Enter breaks the line; commands, people, channels and emoji complete as they are typed.
import { h, iconButton } from "./dom.js";
import { icon } from "./icons.js";
import { escapeText } from "./mrkdwn.js";
import { openEmoji } from "./reactions.js";
import { completions, Suggestions } from "./suggest.js";

const SLOW_MS = 250;
const TALLEST_PX = 220;

/** A composer that posts to `place` ({channel, thread_ts?}); `label` says where that is. */
export class Composer {
  constructor(app, { place, label }) {
    Object.assign(this, { app, place, sent: Promise.resolve() });
    this.input = h("textarea", { class: "composer-input", rows: "1", placeholder: label, "aria-label": label, autocomplete: "off", spellcheck: "true" });
    this.hint = h("p", { class: "composer-hint", hidden: true });
    this.fault = h("p", { class: "fault", role: "alert", hidden: true });
    this.send = iconButton(icon("send"), "Send", () => this.submit(), { class: "send" });
    this.offers = new Suggestions(this.input, { choices: () => completions(app.store, this.input.value, this.input.selectionStart), onPick: (choice) => this.complete(choice) });
    this.node = h("div", { class: "composer fault-home" }, this.offers.node, this.hint, this.fault, h("div", { class: "composer-box" }, this.input, this.tools()));
    this.input.addEventListener("input", () => this.changed());
    this.input.addEventListener("blur", () => this.offers.hide());
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  tools() {
    const mention = iconButton(icon("at"), "Mention somebody", () => this.insert("@"));
    const smile = iconButton(icon("smile"), "Emoji", (event) => openEmoji(event.currentTarget, (name) => this.insert(`:${name}: `)));
    return h("div", { class: "composer-tools" }, mention, smile, h("span", { class: "keys quiet" }, "Enter to send · Shift+Enter for a new line"), this.send);
  }

  focus() {
    this.input.focus({ preventScroll: true });
  }

  insert(text) {
    this.input.setRangeText(text, this.input.selectionStart, this.input.selectionEnd, "end");
    this.input.focus();
    this.changed();
  }

  complete({ from, text }) {
    this.input.setRangeText(text, from, this.input.selectionStart, "end");
    this.changed();
  }

  changed() {
    this.input.style.setProperty("height", "auto");
    this.input.style.setProperty("height", `${Math.min(this.input.scrollHeight, TALLEST_PX)}px`);
    this.send.classList.toggle("ready", Boolean(this.input.value.trim()));
    this.say("");
    this.offers.update();
    this.showUsage();
  }

  showUsage() {
    const typed = this.input.value.match(/^(\/\S+)\s/);
    const command = typed && this.app.store.commands.find((known) => known.command === typed[1]);
    this.hint.hidden = !command;
    if (command) this.hint.replaceChildren(h("code", {}, command.command), " ", command.usage_hint ?? "", h("span", { class: "quiet" }, ` · ${command.description ?? ""}`));
  }

  say(text) {
    this.fault.textContent = text;
    this.fault.hidden = !text;
  }

  key(event) {
    if (event.isComposing || this.offers.key(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.submit();
  }

  /** Sends what is written, after what was sent before: the next line may be there before the answer to the last one. */
  submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.write("");
    this.sent = this.sent.then(() => this.post(text));
  }

  async post(text) {
    const slow = setTimeout(() => this.node.classList.add("slow"), SLOW_MS);
    try {
      await this.app.api.post("post", { ...this.place, text: wireText(text) });
    } catch (problem) {
      // What could not be sent comes back, unless the next words are already there.
      this.write(this.input.value || text);
      this.say(problem.message);
    } finally {
      clearTimeout(slow);
      this.node.classList.remove("slow");
    }
  }

  write(text) {
    this.input.value = text;
    this.changed();
  }
}

/** What was typed, as the platform writes it: signs that would be markup escaped, a call to everybody as one. */
function wireText(text) {
  const plain = escapeText(text);
  return plain.startsWith("/") ? plain : plain.replace(/(^|[\s(])@(here|channel|everyone)\b/g, "$1<!$2>");
}
