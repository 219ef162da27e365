// @ts-check
/** The dossier's page: its tabs, the composer, and forms that show what follows before it is done. */

import { drafts } from "./drafts.js";

const root = document.documentElement;
const small = matchMedia("(max-width: 800px)");

// ── Tabs ── The address's fragment names the part that is shown; without script all parts stand below each other.
/** @param {string} name */
const openTab = (name) => {
  root.dataset.tab = name;
  for (const link of document.querySelectorAll("#tabs a")) {
    if (link instanceof HTMLElement && link.dataset.tab === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
};
/** @param {Element | null} target */
const tabOf = (target) => {
  if (!target) return null;
  if (target.closest(".talk")) return "talk";
  const tab = target.closest("[data-tab]");
  return tab instanceof HTMLElement ? tab.dataset.tab ?? null : null;
};
/** Follows a link to where it leads also when the address says so already. */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
  if (!(link instanceof HTMLAnchorElement) || link.closest("#tabs, [data-compose]")) return;
  const menu = link.closest("details.more-acts");
  if (menu instanceof HTMLDetailsElement) menu.open = false;
  if (link.hash === location.hash) followFragment();
});
document.addEventListener("click", (event) => {
  const at = event.target instanceof Element ? event.target : null;
  if (at?.closest("[data-print]")) print();
  const menu = document.getElementById("menu");
  if (menu instanceof HTMLDetailsElement && !at?.closest("#menu summary")) menu.open = false;
});
/** Whether the conversation stands beside the part that is open, so that nothing needs to be opened for it. */
const talkIsBeside = () => {
  const talk = document.querySelector(".talk");
  return talk instanceof HTMLElement && talk.offsetParent !== null;
};
const followFragment = () => {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const tab = tabOf(target);
  if (tab && !(tab === "talk" && root.dataset.tab && talkIsBeside())) openTab(tab);
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    const field = target.querySelector("input:not([type=hidden]), select, textarea");
    if (field instanceof HTMLElement) field.focus();
  }
  if (target instanceof HTMLTextAreaElement) target.focus();
  else if (target) target.scrollIntoView({ block: "nearest" });
};
addEventListener("hashchange", followFragment);
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("#tabs a") : null;
  if (!(link instanceof HTMLAnchorElement) || !link.dataset.tab) return;
  event.preventDefault();
  openTab(link.dataset.tab);
  history.replaceState(null, "", link.hash);
});
openTab(small.matches ? "talk" : "todo");
followFragment();
// What is swapped in has not heard of it.
document.addEventListener("htmx:after:swap", () => openTab(root.dataset.tab ?? "todo"));

// ── Reply or note ──
/** @param {string} kind */
const compose = (kind) => {
  root.dataset.compose = kind;
  for (const link of document.querySelectorAll("[data-compose]")) {
    if (!(link instanceof HTMLElement) || link === root) continue;
    if (link.dataset.compose === kind) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
};
compose("reply");
document.addEventListener("htmx:after:swap", () => compose(root.dataset.compose ?? "reply"));
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-compose]") : null;
  if (!(link instanceof HTMLAnchorElement) || !link.dataset.compose) return;
  event.preventDefault();
  write(link.dataset.compose);
});
/** @param {string} kind */
const write = (kind) => {
  if (!talkIsBeside()) openTab("talk");
  compose(kind);
  document.getElementById(kind === "note" ? "note" : "reply")?.focus();
};
document.addEventListener("keydown", (event) => {
  const at = event.target instanceof Element ? event.target : null;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || at?.closest("input, textarea, select, [contenteditable], .viewer-container")) return;
  if (event.key === "n" || event.key === "r") {
    event.preventDefault();
    write(event.key === "n" ? "note" : "reply");
  }
});

const draft = drafts(document, () => document.getElementById("composer"));
document.addEventListener("submit", (event) => {
  if (event.target === document.getElementById("composer")) draft.drop();
});

// ── Lists below what is typed: colleagues after @, templates after / ──
/** @type {{ field: HTMLTextAreaElement, from: number, list: HTMLElement, at: number } | null} */
let offered = null;
const withdraw = () => {
  if (!offered) return;
  offered.list.remove();
  offered.field.removeAttribute("aria-activedescendant");
  offered.field.removeAttribute("aria-controls");
  offered = null;
};
/** @param {string} text */
const folded = (text) => text.toLowerCase().normalize("NFD").replace(/\p{Diacritic}/gu, "");
/** @param {HTMLTextAreaElement} field */
const offer = (field) => {
  const before = field.value.slice(0, field.selectionStart);
  const kinds = [
    { sign: "@", source: field.dataset.colleagues, pattern: /(?:^|\s)@([\w.\-]*)$/, title: "Collègues" },
    { sign: "/", source: field.dataset.templates, pattern: /(?:^|\s)\/([\p{L}\d\-]*)$/u, title: "Modèles" },
  ];
  for (const { source, pattern, title } of kinds) {
    const found = source ? pattern.exec(before) : null;
    const items = source ? document.getElementById(source) : null;
    if (!found || !items) continue;
    const wanted = folded(found[1]);
    const fitting = [...items.children].filter((item) => folded(item.textContent ?? "").includes(wanted)).slice(0, 6);
    if (fitting.length === 0) continue;
    withdraw();
    const list = document.createElement("div");
    list.className = "offer";
    list.id = "offer";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", title);
    fitting.forEach((item, at) => {
      const option = document.createElement("div");
      option.id = `offer-${at}`;
      option.setAttribute("role", "option");
      option.append(...[...item.childNodes].map((node) => node.cloneNode(true)));
      option.dataset.insert = item instanceof HTMLElement ? item.dataset.insert ?? "" : "";
      option.addEventListener("mousedown", (event) => {
        event.preventDefault();
        choose(at);
        take();
      });
      list.append(option);
    });
    field.closest(".box")?.before(list);
    field.setAttribute("aria-controls", list.id);
    offered = { field, from: before.length - found[1].length - 1, list, at: 0 };
    choose(0);
    return;
  }
  withdraw();
};
/** @param {number} at */
const choose = (at) => {
  if (!offered) return;
  const options = [...offered.list.children];
  offered.at = (at + options.length) % options.length;
  options.forEach((option, place) => option.setAttribute("aria-selected", String(place === offered?.at)));
  offered.field.setAttribute("aria-activedescendant", `offer-${offered.at}`);
};
const take = () => {
  if (!offered) return;
  const { field, from, list, at } = offered;
  const option = list.children[at];
  const text = option instanceof HTMLElement ? option.dataset.insert ?? "" : "";
  field.setRangeText(text, from, field.selectionStart, "end");
  withdraw();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
document.addEventListener("input", (event) => {
  const field = event.target;
  if (field instanceof HTMLTextAreaElement && (field.dataset.colleagues || field.dataset.templates)) offer(field);
});
document.addEventListener("focusout", () => withdraw());
document.addEventListener("keydown", (event) => {
  if (!offered || event.target !== offered.field) return;
  if (event.key === "ArrowDown") choose(offered.at + 1);
  else if (event.key === "ArrowUp") choose(offered.at - 1);
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take();
  else if (event.key === "Escape") withdraw();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// ── Templates, filled in for this dossier ──
/** @type {Promise<HTMLElement | null> | null} */
let templates = null;
const withTemplates = () => {
  templates ??= (async () => {
    const address = document.getElementById("dossier")?.dataset.templatesAt;
    const answer = address ? await fetch(address).catch(() => null) : null;
    const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    const list = page?.getElementById("templates") ?? null;
    if (!list) return (templates = null);
    // What is sent when a dossier is closed is offered there.
    const closing = list.cloneNode(false);
    if (!(closing instanceof HTMLElement)) return null;
    closing.id = "closing-templates";
    for (const item of [...list.children]) {
      if (item instanceof HTMLElement && item.dataset.use !== "reply") closing.append(item);
    }
    closing.hidden = list.hidden = true;
    document.body.append(list, closing);
    return closing;
  })();
  return templates;
};
document.addEventListener("focusin", (event) => {
  const field = event.target;
  if (field instanceof HTMLTextAreaElement && field.dataset.templates) withTemplates();
});
document.addEventListener("input", async (event) => {
  const field = event.target;
  if (!(field instanceof HTMLTextAreaElement) || !field.dataset.templates || document.getElementById("templates")) return;
  await withTemplates();
  if (document.activeElement === field) offer(field);
});
document.addEventListener("click", async (event) => {
  if (!(event.target instanceof Element && event.target.closest("[data-open-templates]"))) return;
  const field = document.getElementById("reply");
  if (!(field instanceof HTMLTextAreaElement)) return;
  await withTemplates();
  field.focus();
  const before = field.value.slice(0, field.selectionStart);
  field.setRangeText(before === "" || /\s$/.test(before) ? "/" : " /", field.selectionStart, field.selectionEnd, "end");
  offer(field);
});
/** Fills in what the person reads when the dossier is closed, as long as nobody wrote there. @param {HTMLFormElement} form */
const fillClosing = async (form) => {
  const field = form.querySelector("[data-fill]");
  const list = await withTemplates();
  if (!(field instanceof HTMLTextAreaElement) || !list) return;
  const refuses = new FormData(form).get("refuses") === "yes";
  const fitting = [...list.children].filter((item) => item instanceof HTMLElement && item.dataset.use === (refuses ? "refuse" : "close"));
  const texts = [...list.children].map((item) => (item instanceof HTMLElement ? item.dataset.insert : ""));
  let choice = form.querySelector("[data-fills]");
  if (!choice) {
    choice = document.createElement("div");
    choice.className = "fills";
    choice.setAttribute("data-fills", "");
    field.closest("label")?.before(choice);
  }
  choice.replaceChildren(...fitting.map((item) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = item.querySelector("b")?.textContent ?? "";
    button.addEventListener("click", () => put(item));
    return button;
  }));
  /** @param {Element} item */
  const put = (item) => {
    field.value = item instanceof HTMLElement ? item.dataset.insert ?? "" : "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  if ((field.value === "" || texts.includes(field.value)) && fitting[0]) put(fitting[0]);
};
document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!(details instanceof HTMLDetailsElement) || details.id !== "closing" || !details.open) return;
  const form = details.querySelector("form");
  if (form) fillClosing(form);
}, true);
document.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement)) return;
  if (field.name === "refuses" && field.form) fillClosing(field.form);
  const words = field.dataset.says ? field.form?.querySelector("[data-says-here]") : null;
  if (!(words instanceof HTMLTextAreaElement)) return;
  const says = [...(field.form?.querySelectorAll("[data-says]") ?? [])].map((it) => (it instanceof HTMLElement ? it.dataset.says : ""));
  if (words.value === "" || says.includes(words.value)) words.value = field.dataset.says ?? "";
  words.focus();
});

// ── What follows, before it is done ──
/** How often a form asked: only the last answer counts. @type {WeakMap<HTMLFormElement, number>} */
const asked = new WeakMap();
/** @param {HTMLFormElement} form */
const foresee = async (form) => {
  const place = form.querySelector("[data-effects]");
  if (!(place instanceof HTMLElement)) return;
  const turn = (asked.get(form) ?? 0) + 1;
  asked.set(form, turn);
  const fields = new URLSearchParams();
  new FormData(form).forEach((value, name) => { if (name !== "seen") fields.append(name, String(value)); });
  // What follows does not hang on the reason, which may not be written yet.
  if (!fields.get("reason")?.trim()) fields.set("reason", "…");
  fields.set("foresee", "1");
  place.setAttribute("aria-busy", "true");
  const answer = await fetch(form.action, { method: "POST", body: fields }).catch(() => null);
  const page = answer ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  if (asked.get(form) !== turn) return;
  place.removeAttribute("aria-busy");
  const effects = page?.getElementById("effects");
  const wrong = page?.querySelector("[role=alert]:not([hidden])");
  const incomplete = answer?.status === 400 ? document.getElementById("incomplete")?.cloneNode(true) : null;
  if (incomplete instanceof HTMLElement) incomplete.hidden = false;
  const said = incomplete ?? (answer?.status === 422 ? wrong : null);
  place.replaceChildren(...(effects ? effects.childNodes : said ? [said] : []));
  form.dataset.shown = effects ? state(form) : "";
};
/** What a form says, but for the reason. @param {HTMLFormElement} form */
const state = (form) => {
  const fields = [...new FormData(form)].filter(([name]) => !["seen", "reason", "csrf"].includes(name));
  return JSON.stringify(fields);
};
/** @type {ReturnType<typeof setTimeout> | undefined} */
let later;
document.addEventListener("input", (event) => {
  const field = event.target;
  const form = field instanceof Element ? field.closest("form[data-foresee]") : null;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.dataset.shown === state(form)) return;
  clearTimeout(later);
  later = setTimeout(() => { if (form.isConnected && complete(form)) foresee(form); }, 250);
});
/** Whether all but the reason is there. @param {HTMLFormElement} form */
const complete = (form) => [...form.elements].every((field) =>
  !(field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement) ||
  field.name === "reason" || field.validity.valid);
document.addEventListener("toggle", (event) => {
  const details = event.target;
  const form = details instanceof HTMLDetailsElement && details.open ? details.querySelector("form[data-foresee]") : null;
  if (form instanceof HTMLFormElement && complete(form)) foresee(form);
}, true);
// What was not seen is shown, and not done.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-foresee]") || form.dataset.shown === state(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  foresee(form);
}, true);

// ── A fact is corrected in place ──
const editor = () => document.getElementById("editor");
/** The link that opened the form gets the focus back. @type {string | null} */
let opener = null;
/** @param {string} address @param {string} fact */
const correct = async (address, fact) => {
  const place = editor();
  const answer = place && await fetch(address).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const form = page?.getElementById("correct");
  if (!place || !form) {
    location.assign(address);
    return;
  }
  opener = fact;
  openTab("facts");
  place.replaceChildren(form);
  place.hidden = false;
  // @ts-ignore: htmx is a global.
  htmx.process(form);
  const first = form.querySelector("[data-first]");
  if (first instanceof HTMLElement) first.focus();
  if (first instanceof HTMLInputElement && first.type === "text") first.select();
  place.scrollIntoView({ block: "nearest" });
};
const closeEditor = () => {
  const place = editor();
  if (!place || place.hidden) return;
  place.hidden = true;
  place.replaceChildren();
  const link = document.querySelector(`#fact-${CSS.escape(opener ?? "")} .pen`) ?? document.querySelector(`[data-correct="${CSS.escape(opener ?? "")}"]`);
  if (link instanceof HTMLElement) link.focus();
};
document.addEventListener("click", (event) => {
  const at = event.target instanceof Element ? event.target : null;
  const link = at?.closest("a[data-correct]");
  if (link instanceof HTMLAnchorElement && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    correct(link.href, link.dataset.correct ?? "");
  } else if (at?.closest("#editor [data-cancel]")) {
    event.preventDefault();
    closeEditor();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target instanceof Element && event.target.closest("#editor")) closeEditor();
});
document.addEventListener("htmx:after:request", (event) => {
  const form = event.target;
  const response = /** @type {CustomEvent} */ (event).detail?.ctx?.response;
  if (!(form instanceof HTMLFormElement) || !response || response.status >= 400) return;
  if (form.id === "correct") closeEditor();
  if (form.matches("[data-foresee]")) {
    form.dataset.shown = "";
    form.querySelector("[data-effects]")?.replaceChildren();
  }
});

// ── The list of facts ──
const sift = () => {
  const field = document.getElementById("find-fact");
  const wanted = field instanceof HTMLInputElement ? folded(field.value.trim()) : "";
  const kind = document.querySelector("[data-facts][aria-pressed=true]");
  const only = kind instanceof HTMLElement ? kind.dataset.facts ?? "all" : "all";
  for (const group of document.querySelectorAll(".facts-group")) {
    let shown = 0;
    for (const row of group.querySelectorAll("tbody tr")) {
      if (!(row instanceof HTMLElement)) continue;
      const fits = (only === "all" || (row.dataset.kind ?? "").includes(only)) && folded(row.textContent ?? "").includes(wanted);
      row.hidden = !fits;
      shown += Number(fits);
    }
    if (group instanceof HTMLElement) group.hidden = shown === 0;
  }
};
document.addEventListener("input", (event) => {
  if (event.target instanceof Element && event.target.id === "find-fact") sift();
});
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-facts]") : null;
  if (!button) return;
  for (const other of document.querySelectorAll("[data-facts]")) other.setAttribute("aria-pressed", String(other === button));
  sift();
});
