// A canvas: the document behind one of a conversation's tabs, read anew when it was changed.
import { h } from "./dom.js";
import { markdown } from "./markdown.js";

/** One canvas's sheet. `show(canvas)` draws it when it is another one, or a later version, than what is there. */
export class CanvasSheet {
  constructor(app) {
    Object.assign(this, { app, drawn: "" });
    this.node = h("div", { class: "home canvas", hidden: true, tabindex: "0" });
  }

  async show(canvas) {
    const version = `${canvas.id} ${canvas.updated}`;
    if (version === this.drawn) return;
    this.drawn = version;
    const { title, markdown: text } = await this.app.api.get("canvas", { id: canvas.id });
    if (version !== this.drawn) return; // a later one is on its way
    const body = text ? markdown(text, this.app.names, { document: true }) : h("p", { class: "nothing" }, "Nothing is written here yet.");
    const top = this.node.scrollTop;
    this.node.replaceChildren(h("article", { class: "home-sheet text markdown document", "aria-label": title }, h("h2", { class: "canvas-title" }, title), body));
    this.node.scrollTop = top;
  }
}
