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
 * One message. `sender` stands before it: hidden, but for a handler, whose name people like to see.
 * @param {{from: string, sender: string, body: Body, meta: string, key?: number, t: T,
 *   picture: (file: Attachment) => Node, edit: (fact: string, label: string) => void}} message
 */
export function bubble({ from, sender, body, meta, key, t, picture, edit }) {
  const { text = "", urgent, attachments, summary, answers } = body;
  const editor = (/** @type {string} */ fact, /** @type {string} */ label) =>
    button(t("edit"), () => edit(fact, label), { class: "edit", "data-fact": fact, "aria-label": t("editThis", { label }) });
  return h("div", { class: `message ${from}${urgent ? " urgent" : ""}`, "data-key": key },
    h("span", { class: from === "handler" ? "name" : "hidden" }, sender, h("span", { class: "hidden" }, " : ")),
    h("div", { class: "bubble" },
      urgent && h("p", { class: "flag" }, icon("alert"), t("urgent")),
      attachments?.length && h("div", { class: "pictures" }, ...attachments.map(picture)),
      text && h("p", null, linked(text, urgent)),
      summary?.length && h("dl", { "aria-label": t("summary") }, ...summary.map(({ fact, label, value }) =>
        h("div", null, h("dt", null, label), h("dd", null, h("span", null, value), editor(fact, label)))))),
    h("p", { class: "meta" }, meta, answers && editor(answers, text)));
}

/**
 * The controls of the question that awaits its answer.
 * @param {Body} body @param {T} t
 * @param {{camera: () => void, files: () => void, choose: (text: string, choice: string) => void}} act
 */
export function controls({ quick_replies: replies = [], input = "", text }, t, act) {
  const out = h("div", { class: "dock" });
  if (input === "photos" || input === "document") {
    const [shoot, pick] = [button(icon("camera"), act.camera, { class: "primary" }), button(icon("clip"), act.files)];
    shoot.append(t("camera"));
    pick.append(t("files"));
    out.append(h("div", { class: "shots" }, shoot, pick));
  }
  if (!replies.length) return out;
  // "Je ne sais pas" and "Passer" are no choices among others.
  const several = input === "choices" ? replies.filter(({ payload }) => !/^cmd=|=unknown$/.test(payload)) : [];
  const single = replies.filter((reply) => !several.includes(reply));
  const fieldset = h("fieldset", null, h("legend", { class: "hidden" }, text));
  out.append(fieldset);
  if (several.length) {
    const trouble = h("p", { class: "note", role: "alert" });
    const boxes = several.map((reply) => ({ ...reply, box: h("input", { type: "checkbox", onchange: () => trouble.replaceChildren() }) }));
    fieldset.append(h("div", { class: "several" }, h("p", { class: "note" }, t("pickSome")),
      ...boxes.map(({ label, box }) => h("label", null, box, h("span", null, label))),
      trouble,
      button(t("sendChoices"), () => {
        const chosen = boxes.filter(({ box }) => box.checked);
        // `rooms=kitchen` and `rooms=hall` are sent as `rooms=kitchen,hall`.
        const payload = chosen.map(({ payload }, at) => (at ? payload.replace(/^.*?=/, "") : payload)).join();
        if (payload) act.choose(chosen.map(({ label }) => label).join(", "), payload);
        else trouble.replaceChildren(t("noneChosen"));
      }, { class: "primary" })));
  }
  if (single.length) {
    fieldset.append(h("div", { class: input === "yes_no" || input === "consent" ? "replies pair" : "replies" },
      ...single.map(({ label, payload }) => button(label, () => act.choose(label, payload), { class: payload === "cmd=send" && "primary" }))));
  }
  return out;
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
