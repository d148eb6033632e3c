// What is being pressed stays where it is: a redraw between the press and the release would take the click with it.

const LET_GO_MS = 60; // a touch's click comes a moment after its release
const LONGEST_MS = 3000; // a release that nobody hears of, outside the window say, must not hold the page up

let pressed = null;
let letGo = null;
const waiting = new Set();

function hold(target) {
  pressed = target;
  release(LONGEST_MS);
}

function release(after = LET_GO_MS) {
  clearTimeout(letGo);
  letGo = setTimeout(() => {
    pressed = null;
    const due = [...waiting];
    waiting.clear();
    for (const draw of due) draw();
  }, after);
}

const isKeyPress = (event) => [" ", "Enter"].includes(event.key) && event.target.matches?.("button,a");

addEventListener("pointerdown", ({ target, button }) => button === 0 && hold(target), true);
addEventListener("keydown", (event) => isKeyPress(event) && hold(event.target), true);
for (const end of ["pointerup", "pointercancel", "dragend", "keyup"]) addEventListener(end, () => pressed && release(), true);
addEventListener("blur", () => pressed && release());

/** Draws now, or once what is pressed in `node` has been let go: the same `draw` then once, however often it was wanted. */
export function whenLetGo(node, draw) {
  if (pressed && node?.contains(pressed)) waiting.add(draw);
  else draw();
}
