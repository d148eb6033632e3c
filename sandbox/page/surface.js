// Where blocks live: a message, a dialog or the app's home. It knows how their texts are drawn and where their presses go.
import { optionGroups } from "./choices.js";
import { confirmed } from "./dialog.js";
import { fragment, h } from "./dom.js";
import { emoji } from "./emoji.js";
import { emojiNode, mrkdwn } from "./mrkdwn.js";
import { underway } from "./progress.js";

/**
 * A surface for blocks. `where` names it to the sandbox ({channel, ts, thread_ts} or {view_id}); `form` keeps what is filled in;
 * `keepsAll` is true where a new version of the blocks must not take away what was entered (dialogs).
 */
export function makeSurface(app, { where, form, keepsAll = false, submit = null, blocks = () => [] }) {
  const surface = {
    app,
    form,
    submit,
    text: (object) => drawText(object, app.names),
    labelOf: (block, element) => block.label?.text ?? element.accessibility_label ?? element.placeholder?.text ?? block.text?.text ?? "Choice",
    seed: (block, element, value) => form.seed(block, element, value, keepsAll || block.type === "input"),
    keep: (block, element, value) => form.set(block, element, value),
    change(block, element, value, control) {
      form.set(block, element, value);
      if (block.type !== "input" || block.dispatch_action) surface.act(block, element, value, control);
    },
    async suggest(block, element, typed) {
      const { options } = await app.api.post("options", { ...where, block_id: block.block_id, action_id: element.action_id, value: typed });
      return optionGroups({ options });
    },
    async act(block, element, value, control) {
      if (control.getAttribute("aria-busy")) return;
      if (element.confirm && !(await confirmed(app, element.confirm, surface.text))) return;
      const body = { ...where, block_id: block.block_id, action_id: element.action_id, element, ...value, state: { values: form.collect(blocks()) } };
      await underway(app, control, () => app.api.post("click", body));
    },
  };
  return surface;
}

/** A text object: mrkdwn as markup, plain_text as it stands but for emoji names. */
export function drawText(object, names) {
  if (!object) return fragment();
  if (object.type === "mrkdwn") return mrkdwn(object.text, names);
  return plain(object.text ?? "", object.emoji !== false);
}

export function plain(text, withEmoji = true) {
  const parts = withEmoji ? text.split(/(:[a-z0-9_+-]+:)/) : [text];
  return fragment(parts.map((part) => {
    const drawn = /^:.+:$/.test(part) && emoji(part.slice(1, -1));
    return drawn ? emojiNode(part.slice(1, -1), drawn) : broken(part);
  }));
}

/** Plain text with its line breaks. */
function broken(text) {
  return fragment(text.split("\n").flatMap((line, number) => (number ? [h("br"), line] : [line])));
}
