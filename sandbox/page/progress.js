// A press that waits for an answer: it shows that it is under way, and what went wrong, where it was pressed.
import { h } from "./dom.js";

/** Runs `task` while `control` is busy. A fault is shown below the block that holds the control. */
export async function underway(app, control, task) {
  const home = control.closest(".block, .message, .fault-home");
  home?.querySelector(":scope > .fault")?.remove();
  control.setAttribute("aria-busy", "true");
  control.classList.add("busy");
  try {
    return await task();
  } catch (fault) {
    if (home?.isConnected) home.append(h("p", { class: "fault", role: "alert" }, fault.message));
    else app.notice(fault.message);
    return null;
  } finally {
    control.removeAttribute("aria-busy");
    control.classList.remove("busy");
  }
}
