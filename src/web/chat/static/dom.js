/** Elements, icons, and text made safe: words from outside become text nodes, never markup. */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown> | null} [properties] attributes; `on…` are listeners; false and null are left out
 * @param {...(Node | string | false | 0 | null | undefined)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (typeof value === "function") element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flatMap((child) => child || []));
  return element;
}

const PATHS = {
  camera: "M4 8h3l1.7-2.5h6.6L17 8h3a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1zM12 16.6a3.4 3.4 0 1 0 0-6.8 3.4 3.4 0 0 0 0 6.8",
  clip: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.5 8.3a1.7 1.7 0 0 1-2.5-2.4L14.5 7.5",
  send: "M5 12h13M12.5 6l6 6-6 6",
  link: "M7 3h10v18l-5-4-5 4z",
  phone: "M6.6 3.5h2.2l1.6 4-2 1.7a12.5 12.5 0 0 0 6.4 6.4l1.7-2 4 1.6v2.2a2.1 2.1 0 0 1-2.3 2.1A16.6 16.6 0 0 1 4.5 5.8a2.1 2.1 0 0 1 2.1-2.3z",
  alert: "M12 4.2l8.8 15.3H3.2zM12 10v4.5M12 17v.1",
  check: "M5 13l4 4L19 7",
  close: "M6 6l12 12M18 6L6 18",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  menu: "M5 12h.01M12 12h.01M19 12h.01",
  none: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16M6.5 6.5l11 11",
  dot: "M12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  person: "M12 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M5 20a7 7 0 0 1 14 0",
  drop: "M12 3.5s6.2 6.2 6.2 10.7a6.2 6.2 0 0 1-12.4 0C5.8 9.7 12 3.5 12 3.5z",
  car: "M3.5 17v-4l2-5.4A2.4 2.4 0 0 1 7.8 6h8.4a2.4 2.4 0 0 1 2.3 1.6l2 5.4v4zM3.5 13h17M6 17v2M18 17v2",
  lock: "M5 11h14v9.5H5zM8 11V8a4 4 0 0 1 8 0v3M12 15v2",
  fire: "M12.5 3c.6 3.6 5 5.6 5 10.4a5.6 5.6 0 0 1-11.2 0c0-2.1 1-3.5 2.1-4.6.3 1.4 1 2.2 2.1 2.5-.6-3.3.2-6.1 2-8.3z",
  storm: "M7 15.5a4.2 4.2 0 0 1-.2-8.4 5.5 5.5 0 0 1 10.5 1.2 3.6 3.6 0 0 1-.1 7.2M12.7 12.5L10 16.7h4L11.5 21",
  glass: "M5 3.5h14v17H5zM11 3.5l-1.5 5 4 2.5-2.5 4 1.5 5.5M13.5 11l5.5-2M11 15l-6 1.5",
};

/** The drawings; those of a conversation are added when it begins. @type {Record<string, string>} */
export const drawings = PATHS;

/** @param {keyof typeof PATHS | keyof typeof import("./icons.js").MORE} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI ?? "", "path");
  path.setAttribute("d", drawings[name] ?? "");
  svg.append(path);
  return /** @type {any} */ (svg);
}

// No look-behind: phones of 2022 refuse the whole module for it. The first group is what comes before.
const LINKS = /(^|[^\w+])(https?:\/\/[^\s<>"«»]*[^\s<>"«».,;:!?)]|(?:\+33 ?|0)[1-9](?:[ .]?\d\d){4}(?!\d))/g;
// The emergency numbers, where nothing makes an ordinary number of them ("15 jours", "18 h", "17/11", "1,5", "01 15").
const EMERGENCY = /(^|[^\w.,+-])(112|114|15|17|18)(?![\w€%°:]|[.,]\d|\/(?:0?\d|1[0-2])\b| (?:[hm]\b|min|[cm]m|jour|day|heure|hour|euro|ans|year|[€%\d]))/g;

/** Text with its phone numbers and addresses as links. @param {string} text @param {boolean} [urgent] emergency numbers too @returns {DocumentFragment} */
export function linked(text, urgent = false) {
  const out = document.createDocumentFragment();
  const found = [...text.matchAll(LINKS), ...(urgent ? text.matchAll(EMERGENCY) : [])].sort((a, b) => a.index - b.index);
  let at = 0;
  for (const { 1: before = "", 2: match = "", index } of found) {
    const start = index + before.length;
    if (start < at) continue;
    out.append(text.slice(at, start));
    out.append(match.startsWith("http")
      ? h("a", { href: match, target: "_blank", rel: "noopener noreferrer" }, match)
      : h("a", { href: `tel:${match.replace(/[ .]/g, "")}`, class: "tel" }, match));
    at = start + match.length;
  }
  out.append(text.slice(at));
  return out;
}

/** Black or white, whichever is easier to read on the colour `#rrggbb`. @param {string} colour */
export function readableOn(colour) {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.22 ? "#111" : "#fff";
}
