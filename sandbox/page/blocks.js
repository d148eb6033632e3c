// Block Kit's blocks, each drawn from its JSON by the function of its name.
import { h, fragment, uid } from "./dom.js";
import { drawElement, picture, unknown } from "./elements.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";

const BLOCKS = {
  section, header, context, divider, actions, input, image, alert, card, carousel, container, table, data_table: dataTable,
  rich_text: (block, surface) => h("div", { class: "text" }, richText(block, surface.app.names)),
  markdown: (block, surface) => h("div", { class: "text markdown" }, markdown(block.text, surface.app.names)),
  context_actions: actions,
};

/** The blocks of a message or a view, in order. A type without a drawing is named, not hidden. */
export function drawBlocks(blocks, surface) {
  return fragment((blocks ?? []).map((block) => drawBlock(block, surface)));
}

export function drawBlock(block, surface) {
  const draw = BLOCKS[block.type];
  const node = draw ? draw(block, surface) : unknown(block.type, "block");
  return h("div", { class: `block block-${draw ? block.type : "unknown"}`, data: { block: block.block_id ?? "" } }, node);
}

function section(block, surface) {
  const text = block.text ? h("div", { class: "text" }, surface.text(block.text)) : null;
  const fields = block.fields?.length ? h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "text field-text" }, surface.text(field)))) : null;
  const main = h("div", { class: "section-main" }, text, fields);
  if (!block.accessory) return main;
  const kind = block.accessory.type === "image" ? "accessory picture" : "accessory";
  return h("div", { class: block.accessory.type === "image" ? "section" : "section with-control" }, main, h("div", { class: kind }, drawElement(block, block.accessory, surface)));
}

function header(block, surface) {
  return h("h3", { class: `block-title title-${block.level ?? 1}` }, surface.text(block.text));
}

function divider() {
  return h("hr");
}

function context(block, surface) {
  const parts = block.elements.map((element) => (element.type === "image" ? picture(block, element) : h("span", { class: "text" }, surface.text(element))));
  return h("div", { class: "context" }, parts);
}

function actions(block, surface) {
  return h("div", { class: "actions" }, block.elements.map((element) => drawElement(block, element, surface)));
}

function input(block, surface) {
  const hint = block.hint ? h("p", { class: "hint", id: uid("hint") }, surface.text(block.hint)) : null;
  const optional = block.optional ? h("small", {}, " (optional)") : null;
  const label = h("div", { class: "label", id: uid("label") }, surface.text(block.label), optional);
  const field = drawElement(block, block.element, surface);
  const control = field.matches("input,textarea,button,fieldset") ? field : field.querySelector("input,textarea,button");
  if (hint) control?.setAttribute("aria-describedby", hint.id);
  if (!block.optional) control?.setAttribute("aria-required", "true");
  if (block.element.focus_on_load) control?.setAttribute("data-first", "");
  return h("div", { class: "input" }, label, field, hint, h("p", { class: "field-error", id: uid("error"), role: "alert", hidden: true }));
}

/** Shows what is wrong with a field, or clears it when there is nothing to say. Returns whether it is shown there. */
export function showFieldError(node, text) {
  const line = node.querySelector(".field-error");
  const control = node.querySelector("input,textarea,button,fieldset");
  if (!line) return false;
  line.textContent = text ?? "";
  line.hidden = !text;
  node.classList.toggle("invalid", Boolean(text));
  control?.setAttribute("aria-invalid", String(Boolean(text)));
  if (text) control?.setAttribute("aria-errormessage", line.id);
  return Boolean(text);
}

function image(block, surface) {
  const title = block.title ? h("figcaption", {}, surface.text(block.title)) : null;
  return h("figure", {}, title, picture(block, block));
}

const LEVELS = { info: "info", warning: "warning", error: "warning", success: "check" };

function alert(block, surface) {
  const level = block.level in LEVELS ? block.level : "default";
  return h("div", { class: `callout ${level}`, role: "note" }, icon(LEVELS[level] ?? "bell"), h("div", { class: "text" }, surface.text(block.text)));
}

function card(block, surface) {
  const part = (name) => (block[name] ? h("div", { class: `card-${name} text` }, surface.text(block[name])) : null);
  const hero = block.hero_image ? h("div", { class: "card-hero" }, picture(block, block.hero_image)) : null;
  const mark = block.icon ? h("span", { class: "card-icon" }, picture(block, block.icon)) : null;
  const buttons = block.actions?.length ? h("div", { class: "actions" }, block.actions.map((element) => drawElement(block, element, surface))) : null;
  const head = h("div", { class: "card-head" }, mark, h("div", {}, part("title"), part("subtitle")));
  return h("section", { class: "card" }, hero, head, part("body"), part("subtext"), buttons);
}

function carousel(block, surface) {
  const cards = block.elements.map((element) => card({ ...element, block_id: element.block_id ?? block.block_id }, surface));
  return h("div", { class: "carousel", tabindex: "0", role: "region", "aria-label": "Cards" }, cards);
}

function container(block, surface) {
  const title = block.title ? h("div", { class: "card-title text" }, surface.text(block.title)) : null;
  const subtitle = block.subtitle ? h("div", { class: "card-subtitle text" }, surface.text(block.subtitle)) : null;
  return h("section", { class: "card" }, title, subtitle, drawBlocks(block.child_blocks, surface));
}
