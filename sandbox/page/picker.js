// Choosing from a list: one or several, with a filter when the list is long. Serves every kind of select.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { Listbox } from "./listbox.js";
import { openPopover } from "./popover.js";

const keysOf = (items) => items.map((item) => item.key).join("\n");

/**
 * A field that opens a list. `groups()` gives [{label?, items: [{key, text, hint?, drawn?, value}]}] when it opens; with `search`,
 * the list is asked for by what was typed, from `searchFrom` signs on. `chosen` are the items picked so far, `most` how many may
 * be; `onPick(items, control)` is told once the choice is made.
 */
export function picker({ label, placeholder, groups, search = null, searchFrom = 0, chosen = [], several = false, most = Infinity, onPick }) {
  let picked = chosen;
  const text = h("span", { class: "picker-text" });
  const button = h("button", { type: "button", class: "picker", "aria-haspopup": "listbox", "aria-expanded": "false", on: { click: open } }, text, icon("down"));
  const isPicked = (key) => picked.some((item) => item.key === key);

  function show() {
    button.classList.toggle("empty", !picked.length);
    text.replaceChildren(...(picked.length ? picked.map((item) => h("span", { class: several ? "chip" : null }, item.text)) : [placeholder]));
    button.setAttribute("aria-label", `${label}: ${picked.length ? picked.map((item) => item.text).join(", ") : "nothing chosen"}`);
  }

  function open() {
    const before = picked;
    const list = new Listbox({ label, several, groups: groups(), search, searchFrom, isPicked, pick });
    button.setAttribute("aria-expanded", "true");
    const popover = openPopover(button, list.node, { className: "picker-list", onClose: () => closed(before) });
    list.focus();

    function pick(item) {
      picked = after(item);
      show();
      if (!several) popover.close();
    }
  }

  function after(item) {
    if (!several) return [item];
    if (isPicked(item.key)) return picked.filter((other) => other.key !== item.key);
    return picked.length < most ? [...picked, item] : picked;
  }

  function closed(before) {
    button.setAttribute("aria-expanded", "false");
    if (keysOf(before) !== keysOf(picked)) onPick(picked, button);
  }

  show();
  return button;
}
