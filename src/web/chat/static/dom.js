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
  camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8",
  clip: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.5 8.3a1.7 1.7 0 0 1-2.5-2.4L14.5 7.5",
  send: "M5 12h14M13 6l6 6-6 6",
  link: "M7 3h10v18l-5-4-5 4z",
  phone: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2",
  alert: "M12 3l10 18H2zM12 10v5M12 18v.1",
  check: "M5 13l4 4L19 7",
  close: "M6 6l12 12M18 6L6 18",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI ?? "", "path");
  path.setAttribute("d", PATHS[name]);
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
