// The table blocks: cells are text or rich text, columns may wrap or stand right.
import { h } from "./dom.js";
import { richText } from "./richtext.js";

function cell(content, setting, tag, surface) {
  const align = ["center", "right"].includes(setting?.align) ? setting.align : "";
  const shown = content?.type === "rich_text" ? richText(content, surface.app.names) : String(content?.text ?? content?.value ?? "");
  return h(tag, { class: `${align} ${setting?.is_wrapped ? "wrapped" : ""}`.trim() || null }, shown);
}

function frame(name, rows) {
  return h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": name }, h("table", {}, rows));
}

/** The table block; its first row is its head. */
export function table(block, surface) {
  const line = (row, tag) => h("tr", {}, row.map((content, at) => cell(content, block.column_settings?.[at], tag, surface)));
  const [head, ...body] = block.rows ?? [];
  return frame("Table", [h("thead", {}, line(head ?? [], "th")), h("tbody", {}, body.map((row) => line(row, "td")))]);
}

/** The data table: a captioned table of plain values. */
export function dataTable(block, surface) {
  const shown = table(block, surface);
  const caption = typeof block.caption === "string" ? block.caption : block.caption?.text;
  if (caption) shown.querySelector("table").prepend(h("caption", {}, caption));
  return shown;
}
