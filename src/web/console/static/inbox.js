// @ts-check
/**
 * The list at work: a press looks at a dossier beside it, keys go through it, what changes waits until nobody is pointing. All
 * of it is there without script too: rows are links, forms are forms.
 */

import { drafts } from "./drafts.js";

const list = /** @type {HTMLElement} */ (document.getElementById("list"));
const beside = /** @type {HTMLElement} */ (document.getElementById("beside"));
const region = /** @type {HTMLElement} */ (document.getElementById("rows"));

// What somebody wishes on this device.
const WISHES = { keys: true, sound: false, notify: false };
const wishes = (() => {
  try {
    return { ...WISHES, ...JSON.parse(localStorage.getItem("guichet.wishes") ?? "{}") };
  } catch {
    return { ...WISHES };
  }
})();
const keep = () => {
  try {
    localStorage.setItem("guichet.wishes", JSON.stringify(wishes));
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
};

/** Whether there is room for a dossier beside the list. */
const hasRoom = () => getComputedStyle(beside).display !== "none";
const rows = () => /** @type {HTMLElement[]} */ ([...region.querySelectorAll(".it")]);
const current = () => /** @type {HTMLElement | null} */ (region.querySelector(".it.on"));
const linkOf = (/** @type {Element | null} */ row) => /** @type {HTMLAnchorElement | null} */ (row?.querySelector("a.open") ?? null);

/** Shows a part of a page that was fetched. */
function put(/** @type {string} */ html) {
  beside.innerHTML = html;
  // @ts-ignore: the vendored library is a global.
  window.htmx?.process(beside);
  prepare();
}

let asked = 0;
/** Looks at a row's dossier beside the list. */
async function look(/** @type {HTMLElement} */ row, { focus = false } = {}) {
  for (const other of rows()) {
    other.classList.toggle("on", other === row);
    linkOf(other)?.toggleAttribute("aria-current", false);
  }
  linkOf(row)?.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  const mine = ++asked;
  const answer = await fetch(`/console/dossiers/${row.dataset.id}/preview`, { headers: { accept: "text/html" } }).catch(() => null);
  if (mine !== asked) return;
  if (!answer?.ok || answer.redirected) {
    const link = linkOf(row);
    if (link) location.href = link.href;
    return;
  }
  await draft.save();
  put(await answer.text());
  row.classList.remove("un");
  if (focus) document.getElementById("answer-text")?.focus();
}

list.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a.open") : null;
  const row = link?.closest(".it");
  if (!(row instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || !hasRoom()) return;
  event.preventDefault();
  look(row);
});

const draft = drafts(beside, () => document.getElementById("answer"), (ok) => {
  const kept = document.getElementById("kept");
  if (kept) kept.textContent = ok ? "Brouillon gardé" : "Brouillon non gardé : réessai à la prochaine lettre";
});

/** What only script can do is shown. */
function prepare() {
  for (const button of beside.querySelectorAll(".next")) button.toggleAttribute("hidden", false);
}
prepare();
document.querySelector(".keys")?.toggleAttribute("hidden", false);

beside.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.id !== "answer") return;
  event.preventDefault();
  const goesOn = /** @type {SubmitEvent} */ (event).submitter?.getAttribute("value") === "next";
  const text = form.querySelector("textarea");
  draft.drop();
  const buttons = [...form.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  const answer = await fetch(form.dataset.answer ?? "", { method: "POST", body }).catch(() => null);
  for (const button of buttons) button.disabled = false;
  if (!answer?.ok || answer.redirected) {
    const kept = document.getElementById("kept");
    if (kept) kept.textContent = "La réponse n’est pas partie. Votre texte est gardé ici.";
    text?.focus();
    return;
  }
  put(await answer.text());
  const asks = beside.querySelector(".asks");
  const here = current();
  const next = here?.nextElementSibling;
  if (!asks && goesOn && next instanceof HTMLElement) look(next, { focus: true });
  else document.getElementById("answer-text")?.focus();
});

// Ticks: how many, and a range with Shift.
let last = -1;
const boxes = () => /** @type {HTMLInputElement[]} */ ([...region.querySelectorAll("input[type=checkbox]")]);
const countTicked = () => {
  const count = boxes().filter((box) => box.checked).length;
  const words = document.getElementById("ticked");
  if (words) words.textContent = count > 1 ? `${count} cochés` : "1 coché";
};
region.addEventListener("click", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement)) return;
  const all = boxes();
  const at = all.indexOf(box);
  if (event.shiftKey && last >= 0) for (const other of all.slice(Math.min(at, last), Math.max(at, last) + 1)) other.checked = box.checked;
  last = at;
  countTicked();
});
document.getElementById("bulk")?.addEventListener("reset", () => setTimeout(countTicked));

// One menu is open at a time; Escape closes it and gives the focus back.
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLDetailsElement) || !menu.open || !menu.classList.contains("menu")) return;
  for (const other of document.querySelectorAll("details.menu[open]")) if (other !== menu) other.removeAttribute("open");
}, true);
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (event.target instanceof Node && !menu.contains(event.target)) menu.removeAttribute("open");
});

// Keys.
const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("keys"));
const step = (/** @type {number} */ by) => {
  const all = rows();
  const focused = document.activeElement?.closest(".it");
  const at = all.findIndex((row) => row === (focused ?? current()));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (!next) return;
  linkOf(next)?.focus();
  if (hasRoom()) look(next);
};
/** Opens a menu and puts the focus into it. */
const menu = (/** @type {Element | null | undefined} */ details) => {
  if (!(details instanceof HTMLDetailsElement)) return;
  details.open = true;
  /** @type {HTMLElement | null} */ (details.querySelector("input:not([type=hidden]), select, button"))?.focus();
};
/** @type {Record<string, () => void>} */
const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  x: () => {
    const row = document.activeElement?.closest(".it") ?? current();
    const box = row?.querySelector("input");
    if (box) box.click();
  },
  r: () => document.getElementById("answer-text")?.focus(),
  n: () => {
    const link = linkOf(current());
    if (link) location.href = `${link.href}#note`;
  },
  a: () => menu(boxes().some((box) => box.checked) ? document.querySelector("#bulk .menu") : beside.querySelector(".assign")),
  e: () => menu(boxes().some((box) => box.checked) ? document.querySelector("#bulk .menu:last-of-type") : null),
  "/": () => /** @type {HTMLInputElement | null} */ (document.getElementById("find-q"))?.focus(),
  "?": () => dialog.showModal(),
};
document.addEventListener("keydown", (event) => {
  const field = event.target instanceof Element ? event.target.closest("input:not([type=checkbox]), textarea, select, dialog") : null;
  if (event.key === "Escape") {
    const open = document.querySelector("details.menu[open]");
    if (open) {
      open.removeAttribute("open");
      /** @type {HTMLElement | null} */ (open.querySelector("summary"))?.focus();
    } else if (field instanceof HTMLElement && !field.closest("dialog")) {
      field.blur();
      linkOf(current())?.focus();
    } else if (boxes().some((box) => box.checked)) {
      for (const box of boxes()) box.checked = false;
    }
    return;
  }
  if (!wishes.keys || field || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target instanceof Element && event.target.closest("a.open") && current()?.contains(event.target)) {
    // It is looked at already: it opens.
    location.href = /** @type {HTMLAnchorElement} */ (event.target.closest("a.open")).href;
    event.preventDefault();
    return;
  }
  const done = KEYS[event.key.length === 1 ? event.key.toLowerCase() : ""];
  if (!done) return;
  event.preventDefault();
  done();
});
document.querySelector(".keys")?.addEventListener("click", () => dialog.showModal());
for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (dialog.querySelectorAll("[data-wish]"))) {
  const wish = /** @type {keyof typeof WISHES} */ (box.dataset.wish);
  box.checked = wishes[wish];
  box.addEventListener("change", async () => {
    wishes[wish] = box.checked;
    if (wish === "notify" && box.checked && "Notification" in window && (await Notification.requestPermission()) !== "granted") {
      wishes.notify = box.checked = false;
    }
    keep();
  });
}

// What changed elsewhere. Counts change in place; rows wait while somebody points at them, stands in them or has ticked some.
let pointing = false;
list.addEventListener("pointerenter", () => { pointing = true; });
list.addEventListener("pointerleave", () => { pointing = false; });
const busy = () => pointing || region.contains(document.activeElement) || boxes().some((box) => box.checked) || Boolean(list.querySelector("details[open]"));
const fresh = /** @type {HTMLButtonElement} */ (document.querySelector("#fresh button"));
/** @type {Document | null} */
let waiting = null;

function take(/** @type {Document} */ page) {
  const fetched = page.getElementById("rows");
  if (!fetched) return;
  const on = current()?.id;
  const ticked = boxes().filter((box) => box.checked).map((box) => box.name);
  const from = fetched.querySelector(".its, .empty");
  const to = region.querySelector(".its, .empty");
  if (from && to) to.replaceWith(from);
  if (on) document.getElementById(on)?.classList.add("on");
  for (const box of boxes()) box.checked = ticked.includes(box.name);
  waiting = null;
  fresh.hidden = true;
}
fresh.addEventListener("click", () => {
  if (waiting) take(waiting);
  region.focus();
});

const title = document.title;
let lastWaiting = -1;
/** The title, a sound and a notice tell that somebody waits. */
function tell(/** @type {Document} */ page) {
  const count = Number.parseInt(page.querySelector('[data-view="waiting"]')?.textContent ?? "0", 10) || 0;
  document.title = count > 0 ? `(${count}) ${title}` : title;
  if (lastWaiting >= 0 && count > lastWaiting) {
    if (wishes.sound) chime();
    if (wishes.notify && document.hidden && "Notification" in window && Notification.permission === "granted") {
      // Nothing of a person stands on a screen that others may see.
      new Notification("Guichet", { body: count > 1 ? `${count} personnes attendent une réponse` : "Une personne attend une réponse", tag: "guichet" });
    }
  }
  lastWaiting = count;
}
function chime() {
  const context = new AudioContext();
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.04, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.4);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.4);
}
tell(document);

async function changed() {
  const answer = await fetch(location.pathname + location.search, { headers: { "hx-request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const count of page.querySelectorAll("#views [data-view]")) {
    const here = document.querySelector(`#views [data-view="${/** @type {HTMLElement} */ (count).dataset.view}"]`);
    if (here) [here.textContent, here.className] = [count.textContent, count.className];
  }
  const total = document.getElementById("total");
  if (total) total.textContent = page.getElementById("total")?.textContent ?? "";
  tell(page);
  const there = /** @type {HTMLElement[]} */ ([...page.querySelectorAll(".it")]);
  const here = rows();
  // Who is writing changes within the row, whose height is kept.
  for (const row of there) {
    const own = document.getElementById(row.id);
    const [from, to] = [row.querySelector(".l2"), own?.querySelector(".l2")];
    const writes = Boolean(from?.querySelector(".ty")) || Boolean(to?.querySelector(".ty"));
    if (from && to && own?.dataset.v === row.dataset.v && writes) to.innerHTML = from.innerHTML;
  }
  const old = new Map(here.map((row) => [row.id, row.dataset.v]));
  const different = there.filter((row) => old.get(row.id) !== row.dataset.v).length + here.filter((row) => !there.some((other) => other.id === row.id)).length;
  const moved = there.some((row, at) => here[at]?.id !== row.id);
  if (different === 0 && !moved) return;
  if (!busy()) {
    take(page);
    return;
  }
  waiting = page;
  const count = Math.max(different, 1);
  fresh.textContent = `${count} ${count > 1 ? "dossiers ont" : "dossier a"} changé · Actualiser`;
  fresh.hidden = false;
}
document.getElementById("live")?.addEventListener("changed", changed);

// The preview is fetched again when its dossier changed, unless somebody is writing there.
document.getElementById("live")?.addEventListener("changed", async () => {
  const shown = document.getElementById("preview")?.dataset.id;
  const text = document.getElementById("answer-text");
  if (!shown || beside.contains(document.activeElement) || (text instanceof HTMLTextAreaElement && draft.waits()) || document.hidden) return;
  const mine = asked;
  const answer = await fetch(`/console/dossiers/${shown}/preview`, { headers: { "hx-request": "true" } }).catch(() => null);
  if (answer?.ok && !answer.redirected && mine === asked && !beside.contains(document.activeElement)) put(await answer.text());
});

// Who was looked at stays looked at when the page comes anew.
const shown = document.getElementById("preview")?.dataset.id;
if (shown) document.getElementById(`d-${shown}`)?.classList.add("on");
const done = document.querySelector(".done");
if (done) setTimeout(() => done.remove(), 10_000);
