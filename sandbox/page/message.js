// One message: who, when, what it says, its files, reactions and thread, and what can be done with it.
import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { ago, clockTime, fullTime } from "./dates.js";
import { h, iconButton, safeAddress, link } from "./dom.js";
import { drawFiles } from "./files.js";
import { Form } from "./form.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { underway } from "./progress.js";
import { drawReactions, pickReaction } from "./reactions.js";
import { makeSurface, plain } from "./surface.js";

/**
 * Draws a message. `continued` drops the author line (same author, just before); `inThread` drops the thread summary;
 * `still` drops the tools, for a message shown as a quotation.
 */
export function drawMessage(app, message, { continued = false, inThread = false, still = false } = {}) {
  const author = app.store.person(message.user) ?? { id: message.user, shown: message.username, is_bot: message.bot };
  const kinds = ["message", continued && "continued", message.system && "system", message.ephemeral && "ephemeral", message.pinned && "pinned", message.user !== app.me && !message.system && app.store.mentions(message) && "calls-me"];
  const node = h("article", { class: kinds.filter(Boolean).join(" "), tabindex: "-1", data: { ts: message.ts }, "aria-label": `${author.shown}, ${clockTime(message.ts)}` });
  const body = h("div", { class: "message-body" },
    continued || message.system ? null : headOf(message, author),
    notes(app, message),
    content(app, message),
    drawFiles(app, message.files),
    drawReactions(app, message),
    inThread || !message.reply_count ? null : threadSummary(app, message));
  node.append(gutter(message, author, continued), body);
  if (!still && !message.system && !message.ephemeral) node.append(tools(app, message, inThread));
  return node;
}

function gutter(message, author, continued) {
  if (continued || message.system) return h("div", { class: "gutter" }, time(message, "time quiet"));
  return h("div", { class: "gutter" }, avatar(author));
}

const time = (message, name = "time") => h("time", { class: name, datetime: new Date(message.ts * 1000).toISOString(), title: fullTime(message.ts) }, clockTime(message.ts));

function headOf(message, author) {
  const shown = message.username || author.shown;
  return h("header", { class: "message-head" }, h("span", { class: "author" }, shown), message.bot ? h("span", { class: "app-badge" }, "app") : null, time(message));
}

function notes(app, message) {
  if (message.ephemeral) return h("p", { class: "note" }, icon("eye"), "Only visible to you");
  if (message.pinned) return h("p", { class: "note pin-note" }, icon("pin"), "Pinned");
  return null;
}

function content(app, message) {
  const place = { channel: message.channel, ts: message.ts, thread_ts: message.thread_ts };
  const surface = makeSurface(app, { where: place, form: new Form(), blocks: () => message.blocks });
  const main = message.blocks?.length ? h("div", { class: "blocks" }, drawBlocks(message.blocks, surface)) : null;
  const edited = message.edited ? h("span", { class: "edited", title: fullTime(Number(message.edited.ts)) }, " (edited)") : null;
  const text = !main && message.text ? h("div", { class: "text" }, mrkdwn(message.text, app.names), edited) : null;
  return [text ?? [main, edited], (message.attachments ?? []).map((attachment) => drawAttachment(attachment, surface))];
}

const NAMED = { good: "good", warning: "warning", danger: "danger" };

/** A secondary attachment: a coloured bar with blocks, or the older title, text and fields. */
function drawAttachment(attachment, surface) {
  const bar = h("div", { class: `attachment ${NAMED[attachment.color] ?? ""}` });
  if (/^#?[0-9a-f]{6}$/i.test(attachment.color ?? "")) bar.style.setProperty("--bar", `#${attachment.color.replace("#", "")}`);
  if (attachment.blocks?.length) bar.append(drawBlocks(attachment.blocks, surface));
  else bar.append(...legacyAttachment(attachment, surface));
  const before = attachment.pretext ? h("div", { class: "text" }, mrkdwn(attachment.pretext, surface.app.names)) : null;
  return h("div", { class: "attachment-frame" }, before, bar);
}

function legacyAttachment(attachment, surface) {
  const titleText = attachment.title && plain(attachment.title);
  const title = titleText && h("div", { class: "attachment-title" }, safeAddress(attachment.title_link) && attachment.title_link ? link(attachment.title_link, titleText) : titleText);
  const text = attachment.text && h("div", { class: "text" }, mrkdwn(attachment.text, surface.app.names));
  const fields = attachment.fields?.length && h("div", { class: "fields" }, attachment.fields.map((field) => h("div", { class: field.short ? "field-text" : "field-text wide" }, h("strong", {}, plain(field.title ?? "")), h("div", { class: "text" }, mrkdwn(field.value ?? "", surface.app.names)))));
  const foot = attachment.footer && h("div", { class: "attachment-foot" }, plain(attachment.footer));
  const bare = !title && !text && !fields && attachment.fallback ? plain(attachment.fallback) : null;
  return [title, text, fields, foot, bare].filter(Boolean);
}

function threadSummary(app, message) {
  const faces = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(app.store.person(id) ?? { id, shown: id }, "tiny"));
  const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  const last = message.latest_reply ? h("span", { class: "quiet" }, "Last reply ", h("time", { data: { epoch: Number(message.latest_reply), template: "{ago}" } }, ago(Number(message.latest_reply)))) : null;
  return h("button", { type: "button", class: "thread-summary", on: { click: () => app.openThread(message.channel, message.ts) } }, h("span", { class: "faces" }, faces), h("span", { class: "count" }, count), last, icon("right"));
}

function tools(app, message, inThread) {
  const pin = (event) => underway(app, event.currentTarget, () => app.api.post("pin", { channel: message.channel, ts: message.ts, on: !message.pinned }));
  return h("div", { class: "tools", role: "toolbar", "aria-label": "Message" },
    iconButton(icon("smile"), "Add a reaction", (event) => pickReaction(app, message, event.currentTarget)),
    inThread ? null : iconButton(icon("thread"), "Reply in thread", () => app.openThread(message.channel, message.ts)),
    iconButton(icon("pin"), message.pinned ? "Unpin" : "Pin to the channel", pin, { "aria-pressed": String(Boolean(message.pinned)) }));
}
