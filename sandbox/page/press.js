// What is being pressed stays where it is: a redraw between the press and the release would take the click with it.

const LET_GO_MS = 60; // a touch's click comes a moment after its release
const LONGEST_MS = 30000; // a release that nobody hears of must not hold the page up

let pressed = null;
let byPointer = false;
let letGo = null;
const waiting = new Set();

function hold(target, pointed) {
  pressed = target;
  byPointer = pointed;
  drawAfter(LONGEST_MS);
}

function release() {
  byPointer = false;
  drawAfter(LET_GO_MS);
}

function drawAfter(wait) {
  clearTimeout(letGo);
  letGo = setTimeout(() => {
    pressed = null;
    const due = [...waiting];
    waiting.clear();
    for (const draw of due) draw();
  }, wait);
}

const isKeyPress = (event) => [" ", "Enter"].includes(event.key) && event.target.matches?.("button,a");

addEventListener("pointerdown", ({ target, button }) => button === 0 && hold(target, true), true);
addEventListener("keydown", (event) => isKeyPress(event) && hold(event.target, false), true);
// Let go outside the window: the pointer comes back with nothing down.
addEventListener("pointermove", ({ buttons }) => byPointer && !buttons && release(), true);
for (const end of ["pointerup", "pointercancel", "dragend", "keyup"]) addEventListener(end, () => pressed && release(), true);
addEventListener("blur", () => pressed && release());

/** Draws now, or once what is pressed in `node` has been let go: the same `draw` then once, however often it was wanted. */
export function whenLetGo(node, draw) {
  if (pressed && node?.contains(pressed)) waiting.add(draw);
  else draw();
}
