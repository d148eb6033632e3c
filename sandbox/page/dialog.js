// Dialogs inside one pane: the other person's pane stays usable.
import { h, focusables, iconButton, trapFocus, uid } from "./dom.js";
import { icon } from "./icons.js";

/**
 * Opens a dialog over the pane. `dismiss` is what Esc and the cross do (default: close).
 * Returns {node, fill(body, foot), close()}; closing gives the focus back to what had it.
 */
export function openDialog(app, { title, className = "", dismiss, role = "dialog" }) {
  const heading = h("h2", { id: uid("dialog") }, title);
  const body = h("div", { class: "dialog-body" });
  const foot = h("footer", { class: "dialog-foot" });
  const cross = iconButton(icon("close"), "Close", () => leave());
  const node = h("div", { class: `dialog ${className}`, role, "aria-modal": "true", "aria-labelledby": heading.id, tabindex: "-1" },
    h("header", { class: "dialog-head" }, heading, cross), body, foot);
  const layer = h("div", { class: "layer" }, node);
  const before = document.activeElement;
  trapFocus(node);

  const dialog = {
    node,
    heading,
    fill(content, actions = []) {
      body.replaceChildren(content);
      foot.replaceChildren(...actions);
      foot.hidden = !actions.length;
    },
    close() {
      layer.remove();
      app.layers.splice(app.layers.indexOf(dialog), 1);
      if (!app.layers.length) app.frame.inert = false;
      if (before?.isConnected) before.focus({ preventScroll: true });
    },
    focusFirst: () => (body.querySelector("[data-first]") ?? focusables(body)[0] ?? node).focus({ preventScroll: true }),
    leave: () => leave(),
  };
  const leave = dismiss ?? dialog.close;
  app.layers.push(dialog);
  app.frame.inert = true;
  app.root.append(layer);
  return dialog;
}

/** Asks before something is done. `confirm` is Block Kit's confirm object; resolves to true or false. */
export function confirmed(app, confirm, drawText) {
  return new Promise((resolve) => {
    const answer = (yes) => {
      dialog.close();
      resolve(yes);
    };
    const dialog = openDialog(app, { title: confirm.title?.text ?? "Are you sure?", className: "small", role: "alertdialog", dismiss: () => answer(false) });
    const style = confirm.style === "danger" ? "danger" : "primary";
    const yes = h("button", { type: "button", class: `button ${style}`, on: { click: () => answer(true) } }, confirm.confirm?.text ?? "Yes");
    const no = h("button", { type: "button", class: "button", on: { click: () => answer(false) } }, confirm.deny?.text ?? "Cancel");
    dialog.fill(h("div", { class: "text" }, drawText(confirm.text)), [no, yes]);
    (confirm.style === "danger" ? no : yes).focus();
  });
}
