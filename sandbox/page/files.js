// Files under a message: what they are, a look inside, and the way to keep them.
import { openDialog } from "./dialog.js";
import { h, safeAddress } from "./dom.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";

const PREVIEW_LINES = 8;
const UNITS = ["bytes", "kB", "MB", "GB"];

export function drawFiles(app, files) {
  if (!files?.length) return null;
  return h("div", { class: "files" }, files.map((file) => drawFile(app, file)));
}

function size(bytes) {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  return `${step ? (bytes / 1000 ** step).toFixed(1) : bytes} ${UNITS[step]}`;
}

function drawFile(app, file) {
  const href = ownAddress(file.url);
  const title = file.title || file.name;
  const facts = h("span", { class: "quiet" }, `${file.name} · ${size(file.size)}`);
  const keep = href && h("a", { class: "icon-button", href, download: file.name, "aria-label": `Download ${file.name}`, title: "Download" }, icon("download"));
  const head = h("div", { class: "file-head" }, h("span", { class: "file-mark" }, icon("file")), h("span", { class: "file-name" }, h("strong", {}, title), facts), keep);
  const card = h("div", { class: "file" }, head);
  if (href && isText(file)) previewText(app, card, file, href);
  if (href && /^image\/(png|jpeg|gif|webp)$/.test(file.mimetype)) card.append(h("img", { class: "file-image", src: href, alt: title, loading: "lazy" }));
  return card;
}

// A file's address comes with the message: only this server's own is ever fetched or followed.
function ownAddress(address) {
  const href = safeAddress(address);
  return href && new URL(href).origin === location.origin ? href : null;
}

const isText = (file) => /^text\/|json|yaml|x-sh/.test(file.mimetype ?? "");

async function previewText(app, card, file, href) {
  const shown = h("pre", { class: "file-preview" }, h("code", {}, "…"));
  const more = h("button", { type: "button", class: "file-open", disabled: true, on: { click: () => read(app, file, text) } }, icon("eye"), file.mimetype === "text/markdown" || file.name.endsWith(".md") ? "Read it" : "Show all of it");
  card.append(shown, more);
  let text = "";
  try {
    const response = await fetch(href);
    if (!response.ok) throw new Error(`answered ${response.status}`);
    text = await response.text();
    more.disabled = false;
    shown.firstChild.textContent = text.split("\n").slice(0, PREVIEW_LINES).join("\n");
  } catch (fault) {
    shown.replaceWith(h("p", { class: "fault" }, `The file could not be read (${fault.message}).`));
    more.remove();
  }
}

/** Opens the whole text in a dialog; Markdown is set as a document. */
function read(app, file, text) {
  const dialog = openDialog(app, { title: file.title || file.name, className: "wide reader" });
  const document = file.mimetype === "text/markdown" || file.name.endsWith(".md");
  dialog.fill(document ? h("div", { class: "text markdown document" }, markdown(text, app.names, { document: true })) : h("pre", {}, h("code", {}, text)));
  dialog.node.focus();
}
