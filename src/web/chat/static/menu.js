/** The options: language, another device, the devices, leaving. */

import { copier } from "./copier.js";
import { h, icon } from "./dom.js";
import { button } from "./view.js";

/**
 * @typedef {import("./api.js").Api} Api
 * @typedef {import("./view.js").T} T
 * @typedef {{here: boolean, since: string, used: string}} Device
 */

/** The languages of the page, by their own names. */
export const LANGUAGES = /** @type {const} */ ({ fr: "Français", en: "English", ar: "العربية" });

export class Menu {
  /** @param {Api} api @param {T} t @param {{language: string, speak: (language: "fr" | "en" | "ar") => void, leave: () => void, day: (at: string) => string, claim: (() => void) | null,
   *   dialog: HTMLDialogElement, show: (label: string, content: Node[], ...actions: (Node | false | null)[]) => void}} host */
  constructor(api, t, host) {
    this.api = api;
    this.t = t;
    this.host = host;
    this.dialog = host.dialog;
    this.show = host.show;
  }

  open() {
    const { t, host, dialog } = this;
    const item = (/** @type {Parameters<typeof icon>[0]} */ sign, /** @type {string} */ label, /** @type {() => void} */ press) => {
      const row = button("", press, { class: "row" });
      row.append(h("span", { class: "pic", "aria-hidden": "true" }, icon(sign)), h("span", null, label), icon("next"));
      return h("li", null, row);
    };
    const language = (/** @type {"fr" | "en" | "ar"} */ code) => button(LANGUAGES[code], () => {
      dialog.close();
      host.speak(code);
    }, { class: "button", lang: code, "aria-pressed": String(code === host.language) });
    this.show(t("options"), [
      h("h2", null, t("options")),
      h("div", { class: "languages", role: "group", "aria-label": t("language") }, language("fr"), language("en"), language("ar")),
      h("ul", { class: "rows", role: "list" },
        host.claim && item("file", t("myClaim"), host.claim),
        item("link", t("resumeLink"), () => this.offerLink())),
    ]);
  }

  async offerLink() {
    const { t, api } = this;
    const field = h("input", { readonly: true, "aria-label": t("resumeLink"), onfocus: () => field.select() });
    const words = h("p", null, t("resumeText"));
    const devices = h("section");
    const copy = copier(t, () => field.value, { class: "primary", hidden: true });
    this.show(t("resumeLink"), [h("h2", null, t("resumeLink")), words, field],
      copy, "share" in navigator && button(t("share"), () => { navigator.share({ url: field.value }).catch(() => {}); }));
    this.dialog.append(devices);
    try {
      field.value = (await api.post("/resume-link", {})).url;
      copy.hidden = false;
      this.drawDevices(devices, await (await api.fetch("/devices")).json());
    } catch {
      if (!field.value) field.remove();
      if (!field.value) words.textContent = t("resumeFailed");
    }
  }

  /** @param {HTMLElement} place @param {Device[]} devices */
  drawDevices(place, devices) {
    const { t, host } = this;
    const line = (/** @type {Device} */ { here, since, used }) =>
      h("li", null, t(here ? "thisDevice" : "otherDevice", { since: host.day(since), used: host.day(used) }));
    place.append(h("h2", null, t("devices")), h("ul", null, ...devices.map(line)), h("div", { class: "actions" },
      devices.length > 1 && button(t("disconnectOthers"), async () => {
        await this.api.post("/devices/disconnect", {}).catch(() => {});
        // The link that stands here ended as well.
        this.offerLink();
      }),
      button(t("leave"), () => this.show(t("leave"), [h("h2", null, t("leave")), h("p", null, t("leaveText"))],
        button(t("leaveNow"), () => {
          this.dialog.close();
          host.leave();
        }, { class: "primary" })))));
  }
}
