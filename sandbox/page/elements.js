// Block Kit's interactive elements. Each is drawn from its JSON; a change goes to the surface, which keeps or sends it.
import { h, fragment, link, safeAddress, uid } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./popover.js";
import { isSelect, select } from "./selects.js";

const ELEMENTS = {
  button, overflow, checkboxes, radio_buttons: radios, image: picture,
  datepicker: dated("date", "selected_date", "initial_date"),
  timepicker: dated("time", "selected_time", "initial_time"),
  datetimepicker: moment,
  plain_text_input: typed, number_input: typed, email_text_input: typed, url_text_input: typed,
};

export function drawElement(block, element, surface) {
  if (isSelect(element.type)) return select(block, element, surface);
  const draw = ELEMENTS[element.type];
  return draw ? draw(block, element, surface) : unknown(element.type, "element");
}

/** What stands in for something the page has no drawing for: its name, and nothing pretended. */
export const unknown = (type, what) => h("span", { class: "unknown" }, icon("info"), `This page cannot draw the ${what} “${type}”.`);

function button(block, element, surface) {
  const style = ["primary", "danger"].includes(element.style) ? element.style : "";
  const address = element.url && safeAddress(element.url);
  const props = { class: `button ${style}`, "aria-label": element.accessibility_label, data: { action: element.action_id ?? "" } };
  const label = surface.text(element.text);
  const press = (event) => surface.act(block, element, { value: element.value }, event.currentTarget);
  if (address) return h("a", { ...props, href: address, target: "_blank", rel: "noopener noreferrer", on: { click: press } }, label);
  return h("button", { type: "button", ...props, on: { click: press } }, label);
}

function overflow(block, element, surface) {
  const open = ({ currentTarget: control }) =>
    openMenu(control, element.options.map((option) => ({
      label: option.text.text,
      hint: option.description?.text,
      run: () => {
        if (option.url && safeAddress(option.url)) window.open(safeAddress(option.url), "_blank", "noopener");
        surface.act(block, element, { selected_option: option }, control);
      },
    })), { label: "More actions" });
  return h("button", { type: "button", class: "button overflow", "aria-label": "More actions", "aria-haspopup": "menu", title: "More actions", on: { click: open }, data: { action: element.action_id } }, icon("more"));
}

function ticks(block, element, surface, { type, chosen, answer }) {
  const name = uid("choice");
  const group = h("fieldset", { class: "choices", role: type === "radio" ? "radiogroup" : "group", "aria-label": surface.labelOf(block, element) });
  const inputs = element.options.map((option) => {
    const input = h("input", { type, name, checked: chosen.some((held) => held.value === option.value) });
    group.append(h("label", { class: "choice" }, input, h("span", {}, surface.text(option.text), option.description ? h("small", {}, surface.text(option.description)) : null)));
    return [input, option];
  });
  group.addEventListener("change", () => {
    const picked = inputs.filter(([input]) => input.checked).map(([, option]) => option);
    surface.change(block, element, answer(picked), group);
  });
  return group;
}

function checkboxes(block, element, surface) {
  const { selected_options: chosen } = surface.seed(block, element, { selected_options: element.initial_options ?? [] });
  return ticks(block, element, surface, { type: "checkbox", chosen, answer: (picked) => ({ selected_options: picked }) });
}

function radios(block, element, surface) {
  const { selected_option: held } = surface.seed(block, element, { selected_option: element.initial_option ?? null });
  return ticks(block, element, surface, { type: "radio", chosen: held ? [held] : [], answer: ([picked]) => ({ selected_option: picked ?? null }) });
}

function dated(type, key, initial) {
  return (block, element, surface) => {
    const held = surface.seed(block, element, { [key]: element[initial] ?? null });
    const input = h("input", { type, class: "field short", "aria-label": surface.labelOf(block, element), title: element.placeholder?.text, value: held[key] ?? "" });
    input.addEventListener("change", () => surface.change(block, element, { [key]: input.value || null }, input));
    return input;
  };
}

/** Date and time in the reader's zone; the app gets whole seconds since 1970. */
function moment(block, element, surface) {
  const held = surface.seed(block, element, { selected_date_time: element.initial_date_time ?? null });
  const local = (epoch) => new Date((epoch - new Date(epoch * 1000).getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16);
  const value = held.selected_date_time ? local(held.selected_date_time) : "";
  const input = h("input", { type: "datetime-local", class: "field short", "aria-label": surface.labelOf(block, element), value });
  input.addEventListener("change", () => surface.change(block, element, { selected_date_time: input.value ? Math.floor(new Date(input.value).getTime() / 1000) : null }, input));
  return input;
}

function typed(block, element, surface) {
  const held = surface.seed(block, element, { value: element.initial_value ?? null });
  const shared = { class: "field", placeholder: element.placeholder?.text, "aria-label": surface.labelOf(block, element), maxlength: element.max_length, value: held.value ?? "" };
  const input = element.multiline ? h("textarea", { ...shared, rows: 4 }) : h("input", { ...shared, ...inputKind(element) });
  const counter = element.max_length ? h("small", { class: "counter", "aria-hidden": "true" }) : null;
  const count = () => counter?.replaceChildren(String(element.max_length - input.value.length));
  input.addEventListener("input", () => {
    surface.keep(block, element, { value: input.value || null });
    count();
  });
  input.addEventListener("keydown", (event) => entered(event, block, element, surface, input));
  count();
  return h("span", { class: "typed" }, input, counter);
}

function inputKind(element) {
  const kinds = { email_text_input: "email", url_text_input: "url", number_input: "number" };
  const number = element.type === "number_input";
  return { type: kinds[element.type] ?? "text", step: number && element.is_decimal_allowed ? "any" : null, min: element.min_value, max: element.max_value, autocomplete: "off" };
}

// Enter in a one-line field sends it where the app asked to hear of it, and submits the dialog elsewhere.
function entered(event, block, element, surface, input) {
  if (event.key !== "Enter" || event.isComposing || (element.multiline && !(event.ctrlKey || event.metaKey))) return;
  event.preventDefault();
  if (block.dispatch_action) surface.act(block, element, { value: input.value || null }, input);
  else surface.submit?.();
}

/** A picture from this server is shown; one from elsewhere is named and linked, for the page asks nobody else for anything. */
export function picture(block, element) {
  const address = element.image_url ?? element.slack_file?.url;
  const href = safeAddress(address);
  if (!href || new URL(href).origin !== location.origin) return remotePicture(element, address);
  const shown = h("img", { src: href, alt: element.alt_text ?? "", loading: "lazy" });
  shown.addEventListener("error", () => shown.replaceWith(remotePicture(element, address)));
  return shown;
}

function remotePicture(element, address) {
  const name = element.alt_text || "picture";
  return h("span", { class: "remote-picture" }, icon("image"), fragment(address ? link(address, name) : name));
}
