/** What is drawn: messages, the controls under the last question, the files beside the message being written. */

import { h, icon, linked } from "./dom.js";

/**
 * @typedef {import("./api.js").Attachment} Attachment
 * @typedef {import("./api.js").Body} Body
 * @typedef {import("./files.js").Upload} Upload
 * @typedef {(key: import("./strings.js").Key, values?: Record<string, string | number>) => string} T
 */

/** @param {string | Node} label @param {() => void} onclick @param {object} [more] */
export const button = (label, onclick, more) => h("button", { type: "button", onclick, ...more }, label);

/** @param {string} label @param {Node | string} sign @param {() => void} onclick @param {object} [more] */
export const tool = (label, sign, onclick, more) => button(sign, onclick, { class: "tool", "aria-label": label, title: label, ...more });

/** Pictures of the person's files. The secret travels in a header, so they are fetched, and shown from memory. */
export class Pictures {
  /** @param {import("./api.js").Api} api @param {() => void} changed the conversation became taller */
  constructor(api, changed) {
    /** By document; those that this page sent need not come back. @type {Map<string, string>} */
    this.known = new Map();
    this.fetch = async (/** @type {string} */ path) => URL.createObjectURL(await (await api.fetch(path)).blob());
    this.seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        this.seen.unobserve(target);
        const id = target.getAttribute("data-document") ?? "";
        this.fetch(`/documents/${id}/preview`).then((picture) => {
          this.known.set(id, picture);
          this.show(target);
          changed();
        }).catch(() => {
          // Its name stands in its place.
        });
      }
    });
  }

  /** @param {string} id */
  large(id) {
    return this.fetch(`/documents/${id}/preview?large=true`);
  }

  /** @param {Element} holder */
  show(holder) {
    const src = this.known.get(holder.getAttribute("data-document") ?? "");
    // Its name stays in words for those who do not see it.
    if (src) holder.firstElementChild?.replaceWith(h("img", { src, alt: "" }));
    else this.seen.observe(holder);
  }

  /** @param {Attachment} file @param {T} t @param {(src: string, name: string) => void} enlarge */
  draw({ document, name }, t, enlarge) {
    const holder = button(icon("file"), () => {
      const image = holder.querySelector("img");
      if (image) enlarge(image.src, name);
    }, { class: "picture", "data-document": document, "aria-label": t("openFile", { name }) });
    holder.append(h("span", null, name));
    this.show(holder);
    return holder;
  }
}

/**
 * One message. `sender` stands before it: hidden, but for a handler, whose name people like to see. The question of a message
 * stands apart: while it is pending it is read in the sheet, and only there.
 * @param {{from: string, sender: string, body: Body, question?: string, meta: string, key?: number, t: T, lines?: Node | false | "" | 0,
 *   picture: (file: Attachment) => Node, edit: (fact: string, label: string) => void}} message
 */
export function bubble({ from, sender, body, question = "", meta, key, t, lines, picture, edit }) {
  const { text = "", urgent, attachments, answers, language } = body;
  const words = (/** @type {string} */ said, /** @type {object} */ more = {}) =>
    said && h("p", { dir: "auto", lang: language, ...more }, linked(said, urgent));
  const before = question ? text.slice(0, text.length - question.length).trim() : text;
  const editor = answers && button(t("edit"), () => edit(answers, text), { class: "fix", "data-fact": answers, "aria-label": t("editThis", { label: text }) });
  const element = h("div", { class: `message ${from}${urgent ? " urgent" : ""}`, "data-key": key },
    h("span", { class: from === "handler" ? "name" : "hidden" }, sender, h("span", { class: "hidden" }, " : ")),
    h("div", { class: "bubble" },
      urgent && h("p", { class: "flag" }, icon("alert"), t("urgent")),
      attachments?.length && h("div", { class: "pictures" }, ...attachments.map(picture)),
      // What heads a summary stands over it; what is asked after lines that were understood, below them.
      words(before), !body.summary?.length && lines,
      words(question, { class: "asked", "aria-live": "off" }),
      body.summary?.length ? lines : "",
      editor),
    h("p", { class: "meta" }, meta));
  if (question && !before && !lines && !attachments?.length) element.classList.add("only");
  return element;
}

/**
 * A file beside the message being written.
 * @param {Upload} upload @param {T} t
 * @param {{retry: (original?: boolean) => void, retake: () => void, keep: () => void, remove: () => void}} act
 */
export function card({ name, stage, progress, done, file, picture, kept, status, lighter }, t, act) {
  const bad = stage === "failed" ? (file ? "failed" : "lost") : stage !== "rejected" ? null : status === 413 ? "tooLarge" : status === 415 ? "wrongType" : "rejected";
  const remark = !kept && done?.remark;
  return h("li", { class: bad || remark ? "bad" : "" },
    picture ? h("img", { src: picture, alt: "" }) : icon("file"),
    h("div", null,
      h("p", null, bad ? t(bad, { name }) : remark || name),
      !bad && !done && h("progress", { max: 100, value: progress, "aria-label": t("uploading", { name }) }),
      done && !remark && h("p", { class: "ok" }, icon("check"), t("received")),
      h("div", { class: "actions" },
        bad === "failed" && button(t("again"), act.retry),
        remark && button(t("retake"), act.retake),
        remark && button(t("keep"), act.keep),
        done && lighter && button(t("original"), () => act.retry(true)))),
    tool(t("remove", { name }), icon("close"), act.remove));
}
