// The list that a picker opens: arrows move, Enter or a press picks, typing filters or asks.
import { h, uid } from "./dom.js";
import { icon } from "./icons.js";

const FILTER_FROM = 8;
const ASK_AFTER_MS = 200;

/** A list over `groups`, or over what `search(typed)` answers from `searchFrom` signs on; `pick(item)` is told each choice. */
export class Listbox {
  constructor({ label, several, groups, search, searchFrom, isPicked, pick }) {
    Object.assign(this, { several, groups, search, searchFrom, isPicked, pick, items: [], at: 0, asking: null });
    this.list = h("ul", { class: "listbox", role: "listbox", "aria-label": label, "aria-multiselectable": several ? "true" : null, tabindex: "-1", id: uid("list") });
    this.filter = h("input", { class: "field", type: "search", placeholder: search ? "Type to search" : "Type to filter", "aria-label": `Search ${label}`, role: "combobox", "aria-controls": this.list.id, "aria-expanded": "true" });
    const long = groups.reduce((sum, group) => sum + group.items.length, 0) >= FILTER_FROM;
    this.focused = search || long ? this.filter : this.list;
    this.node = h("div", { class: "listbox-frame" }, this.focused === this.filter ? this.filter : null, this.list);
    this.focused.addEventListener("keydown", (event) => this.key(event));
    this.filter.addEventListener("input", () => this.typed());
    this.typed();
  }

  focus() {
    this.focused.focus();
  }

  typed() {
    const typed = this.filter.value.trim();
    if (this.search) return this.ask(typed);
    const matches = (item) => `${item.text} ${item.hint ?? ""}`.toLowerCase().includes(typed.toLowerCase());
    return this.draw(this.groups.map((group) => ({ ...group, items: group.items.filter(matches) })));
  }

  ask(typed) {
    clearTimeout(this.asking);
    if (typed.length < this.searchFrom) return this.draw([], `Type at least ${this.searchFrom} letters`);
    this.asking = setTimeout(() => this.answer(typed), ASK_AFTER_MS);
    return null;
  }

  async answer(typed) {
    try {
      const found = await this.search(typed);
      if (this.filter.value.trim() === typed) this.draw(found);
    } catch (fault) {
      if (this.filter.value.trim() === typed) this.draw([], fault.message);
    }
  }

  draw(groups, none = "Nothing matches") {
    this.items = [];
    this.list.replaceChildren();
    for (const { label, items } of groups) {
      if (label && items.length) this.list.append(h("li", { class: "list-group", role: "presentation" }, label));
      for (const item of items) this.items.push({ item, node: this.list.appendChild(this.row(item)) });
    }
    if (!this.items.length) this.list.append(h("li", { class: "list-none", role: "presentation" }, none));
    this.move(Math.max(this.items.findIndex(({ item }) => this.isPicked(item.key)), 0));
  }

  row(item) {
    const tick = h("span", { class: "tick" }, icon("check"));
    const text = h("span", { class: "option-text" }, item.text, item.hint ? h("small", {}, item.hint) : null);
    const on = { click: () => this.choose(item), mousedown: (event) => event.preventDefault() };
    return h("li", { role: "option", id: uid("option"), class: "option", "aria-selected": String(this.isPicked(item.key)), on }, this.several ? tick : null, item.drawn ?? null, text, this.several ? null : tick);
  }

  choose(item) {
    this.pick(item);
    for (const { item: other, node } of this.items) node.setAttribute("aria-selected", String(this.isPicked(other.key)));
  }

  move(to) {
    this.items[this.at]?.node.classList.remove("at");
    this.at = to;
    const node = this.items[to]?.node;
    node?.classList.add("at");
    node?.scrollIntoView({ block: "nearest" });
    this.focused.setAttribute("aria-activedescendant", node?.id ?? "");
  }

  key(event) {
    const { items, at } = this;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const picks = event.key === "Enter" || (event.key === " " && this.focused === this.list);
    if (!step && !picks) return;
    event.preventDefault();
    if (step && items.length) this.move((at + step + items.length) % items.length);
    else if (picks && items[at]) this.choose(items[at].item);
  }
}
