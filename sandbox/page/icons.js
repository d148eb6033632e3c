// The page's own line drawings, 20 × 20, stroked in the text's colour.

const PATHS = {
  hash: "M4 7.5h12M4 12.5h12M8.5 3.5l-2 13M13.5 3.5l-2 13",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  archive: "M3 4h14v3.5H3zM4.5 7.5V16h11V7.5M8 10.5h4",
  people: "M7.5 9.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5zM2.5 16c.3-2.8 2.3-4.5 5-4.5s4.7 1.7 5 4.5M13 4.3a2.6 2.6 0 0 1 0 5M14.5 11.9c1.8.5 2.8 2 3 4.1",
  pin: "M7 3.5h6l-.7 5 2.2 2.5h-9l2.2-2.5zM10 11v5.5",
  bookmark: "M5.5 3.5h9v13L10 13l-4.5 3.5z",
  thread: "M3.5 4.5h13v9H9l-3.5 3v-3h-2zM7 8h6M7 10.5h4",
  smile: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7.2 11.5c1 2.2 4.6 2.2 5.6 0M7.7 8v.1M12.3 8v.1",
  close: "M5 5l10 10M15 5L5 15",
  back: "M12 4.5L6.5 10l5.5 5.5",
  menu: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  more: "M4.5 10h.1M10 10h.1M15.5 10h.1",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4",
  send: "M3.5 3.5L17 10 3.5 16.5l2-6.5zM5.5 10H17",
  down: "M5.5 8l4.5 4.5L14.5 8",
  right: "M8 5.5l4.5 4.5L8 14.5",
  check: "M4 10.5l4 4 8-9",
  plus: "M10 4v12M4 10h12",
  sun: "M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 2v2M10 16v2M2 10h2M16 10h2M4.4 4.4l1.4 1.4M14.2 14.2l1.4 1.4M4.4 15.6l1.4-1.4M14.2 5.8l1.4-1.4",
  moon: "M16 11.8A6.5 6.5 0 0 1 8.2 4a6.5 6.5 0 1 0 7.8 7.8z",
  auto: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 3v14M10 5.5h4M10 8.5h6M10 11.5h6M10 14.5h4",
  columns: "M3 4h14v12H3zM10 4v12",
  pulse: "M2.5 10.5h3.5l2-5 3.5 9 2-4h4",
  file: "M5.5 3h6l3.5 3.5V17h-9.5zM11.5 3v3.5H15",
  download: "M10 3.5v9M6.5 9.5l3.5 3.5 3.5-3.5M4 16.5h12",
  image: "M3.5 4.5h13v11h-13zM3.5 13l3.5-3.5 3 3 2.5-2 4 3M12.5 8v.1",
  edit: "M4 16l.7-3L13 4.7l2.3 2.3L7 15.3z",
  at: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM13 7v4.5c0 2.2 4 2 4-1.5a7 7 0 1 0-3 5.7",
  eye: "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5zM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  bell: "M5.5 14V9a4.5 4.5 0 0 1 9 0v5zM4 14h12M8.7 16.5h2.6",
  info: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 9v4.5M10 6.5v.1",
  warning: "M10 3.5L17.5 16h-15zM10 8.5v3.5M10 14v.1",
  person: "M10 10a3.25 3.25 0 1 0 0-6.5A3.25 3.25 0 0 0 10 10zM4 16.8c.4-3.1 2.9-5 6-5s5.6 1.9 6 5",
  home: "M3.5 9.5L10 4l6.5 5.5M5.5 8.5V16h9V8.5",
};

/** A drawing by name; hidden from assistive technology, whose words stand beside it. */
export function icon(name, className = "icon") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 20 20", class: className, "aria-hidden": "true" })) svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
