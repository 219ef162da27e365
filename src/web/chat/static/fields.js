/** Answers with a field of their own: amounts and places. And how plates, dates and the like are written as one types. */

import { h, icon } from "./dom.js";
import { button } from "./view.js";

/**
 * @typedef {import("./sheet.js").Act} Act
 * @typedef {import("./sheet.js").Control} Control
 */

/** Four bars, of which so many are filled. @param {number} filled */
const bars = (filled) => h("span", { class: `pic bars b${filled}`, "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("i"));

/** Bands between the amounts that change something, and a field. @param {number[]} limits @param {Act} act @returns {Control} */
export function amounts(limits, { t, locale, say }) {
  const euros = (/** @type {number} */ amount) => new Intl.NumberFormat(locale, { useGrouping: true }).format(amount);
  const [first, last] = [limits[0], limits.at(-1)];
  const trouble = h("p", { class: "note", role: "status" });
  const field = h("input", { id: "amount", inputmode: "decimal", autocomplete: "off", placeholder: euros(1900), "aria-describedby": "euros", enterkeyhint: "send" });
  const form = h("form", {
    class: "exact",
    onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      const amount = field.value.replace(/[^\d.,]/g, "");
      if (amount) say(`${field.value.trim().replace(/\s*€$/, "")} €`);
      else trouble.textContent = t("amountWanted");
    },
  }, h("label", { class: "over", for: "amount" }, t("exactAmount")), h("div", { class: "line" },
    h("div", { class: "field" }, field, h("span", { id: "euros", class: "unit" }, "€")), h("button", { class: "button" }, t("confirm"))), trouble);
  /** @type {[string, () => void][]} */
  const bands = [];
  if (first !== undefined && last !== undefined) {
    const saying = (/** @type {string} */ words) => bands.push([words, () => say(words)]);
    saying(t("lessThan", { amount: euros(first) }));
    limits.slice(1).forEach((high, at) => saying(t("between", { low: euros(limits[at] ?? 0), high: euros(high) })));
    // Without an upper end an amount says too little: an idea of it is asked for.
    bands.push([t("moreThan", { amount: euros(last) }), () => {
      trouble.textContent = t("roughly");
      field.focus();
    }]);
  }
  const row = (/** @type {[string, () => void]} */ [words, press], /** @type {number} */ at) => {
    const element = button("", press, { class: "row" });
    element.append(bars(at + 1), h("span", null, words));
    return h("li", null, element);
  };
  return { answers: [bands.length > 0 && h("ul", { class: "rows two-up", role: "list", "aria-labelledby": "question" }, ...bands.map(row)), form].filter((part) => part instanceof Node) };
}

/** The insured address, the place where the phone is, or an address, whose town is suggested. @param {boolean} insured @param {Act} act @returns {Control} */
export function places(insured, { t, say, locate, suggest }) {
  const row = (/** @type {Parameters<typeof icon>[0]} */ sign, /** @type {string} */ words, /** @type {string} */ small, /** @type {() => void} */ press) => {
    const element = button("", press, { class: "row" });
    element.append(h("span", { class: "pic", "aria-hidden": "true" }, icon(sign)), h("span", null, words, h("small", null, small)));
    return h("li", null, element);
  };
  const hits = h("ul", { class: "rows hits", id: "hits", role: "listbox", "aria-label": t("towns"), hidden: true });
  const told = h("p", { class: "hidden", role: "status" });
  const field = h("input", {
    id: "place", role: "combobox", "aria-expanded": "false", "aria-controls": "hits", "aria-autocomplete": "list",
    autocomplete: "street-address", placeholder: t("placeExample"), enterkeyhint: "send", oninput: () => look(), onkeydown: key,
  });
  let current = -1;
  let asked = 0;

  function draw(/** @type {{at: number, places: {postcode: string, name: string}[]}} */ { at, places }) {
    current = -1;
    hits.replaceChildren(...places.map(({ postcode, name }, index) => h("li", {
      role: "option", id: `hit-${index}`, "aria-selected": "false", class: "row hit",
      onmousedown: (/** @type {Event} */ event) => event.preventDefault(),
      onclick: () => take(index),
      "data-line": `${[...field.value].slice(0, at).join("")}${postcode} ${name}`,
    }, icon("pin"), h("span", null, name, h("small", null, postcode)))));
    hits.hidden = !places.length;
    field.setAttribute("aria-expanded", String(places.length > 0));
    field.removeAttribute("aria-activedescendant");
    told.textContent = places.length ? t("townsFound", { count: places.length }) : "";
  }
  async function look() {
    const mine = ++asked;
    const text = field.value;
    await new Promise((resolve) => setTimeout(resolve, 150));
    if (mine !== asked) return;
    const found = text.trim().length > 1 ? await suggest(text).catch(() => ({ at: 0, places: [] })) : { at: 0, places: [] };
    if (mine === asked) draw(found);
  }
  function take(/** @type {number} */ index) {
    field.value = hits.children[index]?.getAttribute("data-line") ?? field.value;
    asked++;
    draw({ at: 0, places: [] });
    field.focus();
  }
  function key(/** @type {KeyboardEvent} */ event) {
    const count = hits.children.length;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
      event.preventDefault();
      const down = event.key === "ArrowDown";
      current = (current + (down ? 1 : count - 1) + (current < 0 && !down ? 1 : 0)) % count;
      [...hits.children].forEach((hit, at) => hit.setAttribute("aria-selected", String(at === current)));
      field.setAttribute("aria-activedescendant", `hit-${current}`);
      hits.children[current]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Escape" && count) {
      event.stopPropagation();
      draw({ at: 0, places: [] });
    } else if (event.key === "Enter" && current >= 0 && count) {
      event.preventDefault();
      take(current);
    }
  }

  const rows = [
    insured && row("home", t("insuredPlace"), t("insuredPlaceHidden"), () => say(t("insuredPlaceSaid"))),
    "geolocation" in navigator && isSecureContext && row("target", t("locate"), t("locateText"), locate),
  ].filter((each) => each instanceof Node);
  const form = h("form", {
    class: "find",
    onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      if (field.value.trim()) say(field.value.trim());
    },
  }, h("label", { class: "over", for: "place" }, t(rows.length ? "otherPlace" : "place")), hits, told,
  h("div", { class: "field" }, icon("search"), field, h("button", { class: "tool", "aria-label": t("confirm") }, icon("send"))));
  return { answers: [rows.length > 0 && h("ul", { class: "rows two-up", role: "list", "aria-labelledby": "question" }, ...rows), form].filter((part) => part instanceof Node) };
}

/** A plate as it stands on the car, where what was typed may be one: "ab123cd" is AB-123-CD. @param {string} text */
export function plate(text) {
  const bare = text.toUpperCase().replace(/[\s-]/g, "");
  if (/^[A-Z]{2}\d{0,3}$/.test(bare) || /^[A-Z]{2}\d{3}[A-Z]{0,2}$/.test(bare)) {
    return [bare.slice(0, 2), bare.slice(2, 5), bare.slice(5)].filter(Boolean).join("-");
  }
  const old = /^(\d{1,4})([A-Z]{2,3})(\d{0,2})$/.exec(bare);
  return old ? old.slice(1).filter(Boolean).join(" ") : text;
}

/** A date of birth as one types its figures: "12031984" is 12/03/1984. @param {string} text */
export function birthDate(text) {
  const figures = text.replace(/\D/g, "");
  if (!/^[\d/. -]*$/.test(text) || figures.length > 8) return text;
  return [figures.slice(0, 2), figures.slice(2, 4), figures.slice(4)].filter(Boolean).join("/");
}
