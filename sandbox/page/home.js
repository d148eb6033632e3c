// The app's home tab: a view that the app publishes for one person.
import { drawBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { Form } from "./form.js";
import { makeSurface } from "./surface.js";

export function drawHome(app, home) {
  const view = app.store.home;
  if (!view) {
    home.replaceChildren(h("p", { class: "nothing" }, "The app has put nothing here yet."));
    return;
  }
  const surface = makeSurface(app, { where: { view_id: view.id }, form: new Form(), blocks: () => view.blocks });
  home.replaceChildren(h("div", { class: "home-sheet blocks" }, drawBlocks(view.blocks, surface)));
}
