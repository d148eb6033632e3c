// How people look on the page: drawn initials on a colour of their own, and whether they are here.
import { h } from "./dom.js";
import { icon } from "./icons.js";

const COLOURS = 8;

function colourOf(id) {
  let sum = 7;
  for (const sign of id) sum = (sum * 31 + sign.codePointAt(0)) % 9973;
  return sum % COLOURS;
}

function initials(name) {
  const words = name.replace(/[^\p{L}\p{N}\s]/gu, " ").trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0]).join("").toUpperCase() || "?";
}

/** A square with initials; an app's carries its mark instead. */
export function avatar(person, size = "") {
  const shape = `avatar colour-${colourOf(person?.id ?? "")} ${size} ${person?.is_bot ? "app" : ""}`;
  return h("span", { class: shape, "aria-hidden": "true" }, person?.is_bot ? icon("pulse") : initials(person?.shown ?? "?"));
}

export function presence(person) {
  const here = person?.presence === "active";
  return h("span", { class: here ? "presence here" : "presence", role: "img", "aria-label": here ? "active" : "away" });
}
