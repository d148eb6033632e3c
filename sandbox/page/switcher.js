// Ctrl+K: go anywhere by typing a part of its name.
import { avatar } from "./avatar.js";
import { openDialog } from "./dialog.js";
import { h, uid } from "./dom.js";
import { icon } from "./icons.js";

const MOST = 12;

/** Where one can go: conversations, unread and recent first, then people without one. Pure. */
function destinations(store, typed) {
  const wanted = typed.trim().toLowerCase().replace(/^[#@]/, "");
  const channels = [...store.channels.values()].filter((channel) => channel.with !== store.me).map((channel) => ({ channel, name: store.nameOf(channel) }));
  const known = new Set(channels.map(({ channel }) => channel.with));
  const people = [...store.people.values()].filter((person) => !known.has(person.id) && person.id !== store.me).map((person) => ({ person, name: person.shown }));
  return [...channels, ...people]
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .sort((a, b) => rank(b, wanted) - rank(a, wanted) || String(b.channel?.last_ts ?? "").localeCompare(String(a.channel?.last_ts ?? "")))
    .slice(0, MOST);
}

function rank({ channel, name }, wanted) {
  const begins = wanted && name.toLowerCase().startsWith(wanted) ? 4 : 0;
  return begins + (channel?.mentions ? 2 : 0) + (channel?.unread ? 1 : 0) - (channel?.is_archived ? 3 : 0);
}

export function openSwitcher(app) {
  const list = h("ul", { class: "listbox", role: "listbox", id: uid("places"), "aria-label": "Places" });
  const input = h("input", { class: "field large", type: "text", placeholder: "Go to a channel or a person", "aria-label": "Go to", role: "combobox", "aria-expanded": "true", "aria-controls": list.id, autocomplete: "off" });
  const dialog = openDialog(app, { title: "Go to", className: "switcher" });
  let found = [];
  let at = 0;

  function draw() {
    found = destinations(app.store, input.value);
    at = 0;
    list.replaceChildren(...found.map(row));
    if (!found.length) list.append(h("li", { class: "list-none" }, "Nothing matches"));
    mark();
  }

  function row(place) {
    const { channel, person, name } = place;
    const drawn = channel && channel.kind !== "im" ? icon(channel.is_archived ? "archive" : channel.is_private ? "lock" : "hash") : avatar(person ?? app.store.person(channel.with), "small");
    const badge = channel?.mentions ? h("span", { class: "badge" }, String(channel.mentions)) : channel?.unread ? h("span", { class: "dot", "aria-label": "unread" }) : null;
    return h("li", { class: "option", role: "option", id: uid("place"), on: { click: () => go(place) } }, drawn, h("span", { class: "option-text" }, name), badge);
  }

  function mark() {
    [...list.children].forEach((node, index) => node.classList.toggle("at", index === at));
    input.setAttribute("aria-activedescendant", list.children[at]?.id ?? "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  function go({ channel, person }) {
    dialog.close();
    if (channel) app.openChannel(channel.id);
    else app.openPerson(person.id);
  }

  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && found[at]) go(found[at]);
    else if (step && found.length) {
      at = (at + step + found.length) % found.length;
      mark();
    } else return;
    event.preventDefault();
  });
  dialog.fill(h("div", {}, input, list));
  draw();
  input.focus();
}
