/** The pictures beside answers, by what these are called in the flows. */

import { h, icon } from "./dom.js";

/** The pictures of values that many flows have. @type {[RegExp, Parameters<typeof icon>[0]][]} */
const PICTURES = [
  [/^cmd=neither|(^|[=_])(none|no|nothing|neither)$/, "none"],
  [/=yes$/, "check"],
  [/injur|hurt|person|neighbour|tenant|owner|insured|family|someone/, "person"],
  [/fire|burn|smoke/, "fire"],
  [/gas\b/, "gas"],
  [/electric|lightning|storm|weather|wind|hail|outside/, "storm"],
  [/water|leak|flood|overflow|damp|rain|drain|pipe/, "drop"],
  [/car|vehicle|parking|road|collision/, "car"],
  [/theft|burglar|vandal|lock|door/, "lock"],
  [/glass|window|tile|wall|ceiling|floor|roof/, "glass"],
  [/home|house|flat|building|room|kitchen|here|mine/, "home"],
  [/appliance|machine|heater|boiler/, "machine"],
  [/phone|call|sms/, "phone"],
  [/photo|picture/, "camera"],
];

/** The picture of an answer, where there is one. @param {string} payload */
export const pictured = (payload) => PICTURES.find(([of]) => of.test(payload))?.[1];

/** @param {string} payload */
export const picture = (payload) => h("span", { class: "pic", "aria-hidden": "true" }, icon(pictured(payload) ?? "dot"));
