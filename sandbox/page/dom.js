// Elements made from data: text goes in as text, never as markup.

/** An element: h("p", {class: "x", on: {click}}, "text", child). Strings become text nodes. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) assign(node, name, value);
  node.append(...flat(children));
  return node;
}

function assign(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "class") node.className = value;
  else if (name === "on") for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name === "value" || name === "checked" || name === "disabled") node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

export function fragment(...children) {
  const made = document.createDocumentFragment();
  made.append(...flat(children));
  return made;
}

let last = 0;
/** A document-wide unique id, for aria references: two panes share one document. */
export const uid = (prefix) => `${prefix}-${++last}`;

/** The address if a reader may follow it (web, mail), else null: a script address is only ever text. */
export function safeAddress(address) {
  try {
    const url = new URL(String(address), location.href);
    return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that opens beside the page; an address that is not safe to follow stays plain text. */
export function link(address, label, className = "link") {
  const href = safeAddress(address);
  const shown = label ?? String(address);
  if (!href) return h("span", { class: "dead-link", title: "This address cannot be followed from here" }, shown);
  return h("a", { class: className, href, target: "_blank", rel: "noopener noreferrer" }, shown);
}

/** A button with only an icon: the label is what assistive technology and the tooltip say. */
export function iconButton(icon, label, onClick, props = {}) {
  const { class: extra = "", ...rest } = props;
  return h("button", { type: "button", class: `icon-button ${extra}`, "aria-label": label, title: label, on: { click: onClick }, ...rest }, icon);
}

const FOCUSABLE = "a[href],button:not([disabled]),input:not([disabled]),textarea:not([disabled]),select:not([disabled]),[tabindex]:not([tabindex='-1'])";

/** What can be reached with Tab inside the node, in order. */
export function focusables(node) {
  return [...node.querySelectorAll(FOCUSABLE)].filter((found) => found.offsetParent !== null || found === document.activeElement);
}

/** Keeps Tab inside the node: what is behind a dialog cannot be reached until it closes. */
export function trapFocus(node) {
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const stops = focusables(node);
    if (!stops.length) return event.preventDefault();
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== edge && node.contains(document.activeElement)) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  });
}
