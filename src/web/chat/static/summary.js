/** What was understood, and all that was said: lines that can be mended. */

import { h, icon } from "./dom.js";
import { button } from "./view.js";

/**
 * @typedef {import("./api.js").SummaryLine} SummaryLine
 * @typedef {import("./view.js").T} T
 * @typedef {(fact: string, label: string) => void} Edit
 */

/** The groups, by the flows' sections. @type {{key: "groupYou" | "groupLoss" | "groupDamage" | "groupPapers", sections: string[], sign: Parameters<typeof icon>[0]}[]} */
const GROUPS = [
  { key: "groupYou", sections: ["policy"], sign: "shield" },
  { key: "groupLoss", sections: ["start", "loss", ""], sign: "alert" },
  { key: "groupDamage", sections: ["damage"], sign: "chart" },
  { key: "groupPapers", sections: ["send"], sign: "camera" },
];

/** What was taken from a message: a touch on a line mends it. @param {SummaryLine[]} lines @param {T} t @param {Edit} edit */
export function recap(lines, t, edit) {
  return h("ul", { class: "rows got", role: "list" }, ...lines.map(({ fact, label, value, unconfirmed }) => {
    const row = button("", () => edit(fact, label), { class: "row", "data-fact": fact });
    row.append(h("span", null, h("small", null, label), h("b", { dir: "auto" }, value), " ", unconfirmed && h("em", { class: "chip" }, t("toConfirm")),
      h("span", { class: "hidden" }, `, ${t("edit")}`)), icon("pencil"));
    return h("li", null, row);
  }));
}

/**
 * The summary before sending, in four groups that fold. What was corrected since the last one is marked, and its group open.
 * @param {SummaryLine[]} lines @param {SummaryLine[] | undefined} before @param {T} t @param {Edit} edit
 */
export function summary(lines, before, t, edit) {
  const old = new Map(before?.map(({ fact, value }) => [fact, value]));
  const isNew = (/** @type {SummaryLine} */ { fact, value }) => !!before && old.get(fact) !== value;
  return h("div", { class: "groups" }, ...GROUPS.map(({ key, sections, sign }) => {
    const own = lines.filter(({ section = "" }) => sections.includes(section));
    if (!own.length) return false;
    const changed = own.filter(isNew).length;
    const line = (/** @type {SummaryLine} */ line) => {
      const was = old.get(line.fact);
      const value = isNew(line)
        ? h("span", { dir: "auto" }, was && h("del", null, h("span", { class: "hidden" }, t("was")), was), " ", h("ins", null, h("span", { class: "hidden" }, t("now")), line.value))
        : h("span", { dir: "auto" }, line.value);
      return h("div", { class: isNew(line) && "new" }, h("dt", null, line.label), h("dd", null, value,
        button(t("edit"), () => edit(line.fact, line.label), { class: "fix", "data-fact": line.fact, "aria-label": t("editThis", { label: line.label }) })));
    };
    return h("details", { open: changed > 0 },
      h("summary", null, h("span", { class: "pic", "aria-hidden": "true" }, icon(sign)),
        h("span", { class: "title" }, h("b", null, t(key)), h("small", null, own.slice(0, 2).map(({ value }) => value).join(", "))),
        changed > 0 && h("span", { class: "chip" }, t("changed", { count: changed })), icon("down")),
      h("dl", null, ...own.map(line)));
  }));
}
