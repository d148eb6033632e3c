// Light, dark, or as the system says; remembered in this browser.

const ORDER = ["auto", "light", "dark"];

export const look = () => (ORDER.includes(localStorage.getItem("look")) ? localStorage.getItem("look") : "auto");

export function applyLook() {
  document.documentElement.dataset.look = look();
}

export function nextLook() {
  localStorage.setItem("look", ORDER[(ORDER.indexOf(look()) + 1) % ORDER.length]);
  applyLook();
}
