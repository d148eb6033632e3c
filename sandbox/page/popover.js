// Small floating surfaces beside what opened them: menus, pickers, lists.
import { h } from "./dom.js";

const GAP = 6;

/** Opens `content` beside `anchor`. Esc or a press elsewhere closes it, and the focus goes back. Returns {close, node}. */
export function openPopover(anchor, content, { className = "", onClose = () => {} } = {}) {
  const node = h("div", { class: `popover ${className}`, popover: "auto" }, content);
  // A picker inside a dialog must stay inside it: the focus trap and the reading order depend on it.
  (anchor.closest(".dialog, .pane") ?? document.body).append(node);
  const close = () => node.isConnected && node.hidePopover();
  const inside = () => node.contains(document.activeElement) || document.activeElement === document.body;
  node.addEventListener("beforetoggle", (event) => {
    if (event.newState === "closed" && inside()) anchor.focus({ preventScroll: true });
  });
  node.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    node.remove();
    removeEventListener("resize", close);
    onClose();
  });
  addEventListener("resize", close);
  node.showPopover();
  place(node, anchor);
  return { close, node };
}

function place(node, anchor) {
  const box = anchor.getBoundingClientRect();
  const below = innerHeight - box.bottom - GAP * 2;
  const above = box.top - GAP * 2;
  const up = below < Math.min(node.offsetHeight, 280) && above > below;
  node.style.setProperty("max-height", `${Math.max(up ? above : below, 120)}px`);
  node.style.setProperty("min-width", `${Math.min(box.width, innerWidth - GAP * 2)}px`);
  const left = Math.min(Math.max(box.left, GAP), innerWidth - node.offsetWidth - GAP);
  const top = up ? box.top - GAP - node.offsetHeight : box.bottom + GAP;
  node.style.setProperty("left", `${Math.max(left, GAP)}px`);
  node.style.setProperty("top", `${Math.max(top, GAP)}px`);
}

/** A menu of {label, icon?, hint?, danger?, run} under the anchor; arrows move, Enter runs. */
export function openMenu(anchor, entries, { label }) {
  const items = entries.map((entry) =>
    h("button", { type: "button", role: "menuitem", class: entry.danger ? "menu-item danger" : "menu-item", on: { click: () => { popover.close(); entry.run(); } } },
      entry.icon ?? null, h("span", { class: "menu-text" }, entry.label, entry.hint ? h("small", {}, entry.hint) : null)));
  const menu = h("div", { role: "menu", class: "menu", "aria-label": label }, items);
  menu.addEventListener("keydown", (event) => arrowKeys(event, items));
  anchor.setAttribute("aria-expanded", "true");
  const popover = openPopover(anchor, menu, { onClose: () => anchor.setAttribute("aria-expanded", "false") });
  items[0]?.focus();
  return popover;
}

function arrowKeys(event, items) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length].focus();
}
