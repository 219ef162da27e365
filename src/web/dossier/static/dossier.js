// What a script adds to the pages of a claim: copying the reference, and a form whose answers are kept as they are given. Without
// it the pages work as well.

/** How long nothing is typed before it is kept. */
const PAUSE = 600;
/** Before another try where the network or the service is away. */
const AGAIN = 5000;

/** @param {string} id */
const byId = (id) => document.getElementById(id);

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-copy]"))) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(byId(button.dataset.copy ?? "")?.textContent ?? "");
    const told = byId("copied");
    if (!told) return;
    told.textContent = button.dataset.copied ?? "";
    setTimeout(() => { told.textContent = ""; }, 3000);
  });
}

/** What is wrong is read first. */
const wrong = document.querySelector("[role=alert]");
if (wrong) wrong.scrollIntoView({ block: "center" });

const form = /** @type {HTMLFormElement | null} */ (byId("complete"));
if (form) complete(form);

/** Keeps each answer of the form as it is given. @param {HTMLFormElement} form */
function complete(form) {
  const place = `${location.pathname.replace(/\/complete$/, "")}/answer`;
  const shelf = `guichet form ${location.pathname}`;
  const saved = byId("saved");
  const missing = byId("missing");
  /** Answers that are not kept yet, by their facts. @type {Map<string, string>} */
  const waiting = new Map(restored());
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  const timers = new Map();
  let sending = false;

  const done = form.querySelector("[data-done]");
  if (done instanceof HTMLButtonElement) done.textContent = done.dataset.done ?? "";
  for (const [fact, value] of waiting) show(fieldOf(fact), value);
  dress(form);
  if (waiting.size) void send();

  form.addEventListener("input", (event) => changed(event, PAUSE));
  form.addEventListener("change", (event) => changed(event, 0));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const timer of timers.values()) clearTimeout(timer);
    for (const field of fields()) note(field);
    await send();
    if (!waiting.size && !form.querySelector(".wrong:not([hidden])")) location.assign(location.pathname.replace(/\/complete$/, ""));
  });
  addEventListener("online", () => void send());

  /** @returns {[string, string][]} */
  function restored() {
    try { return JSON.parse(sessionStorage.getItem(shelf) ?? "[]"); } catch { return []; }
  }

  function remember() {
    try { sessionStorage.setItem(shelf, JSON.stringify([...waiting])); } catch { /* A browser that stores nothing. */ }
  }

  /** @returns {HTMLElement[]} */
  function fields() { return [...form.querySelectorAll(".field")].filter((field) => field instanceof HTMLElement); }

  /** @param {string} fact @returns {HTMLElement | undefined} */
  function fieldOf(fact) { return fields().find((field) => field.dataset.fact === fact); }

  /** What stands in a field. @param {HTMLElement} field */
  function written(field) {
    const controls = /** @type {HTMLInputElement[]} */ ([...field.querySelectorAll("[name^='is.']")]);
    return controls.filter((control) => (control.type !== "radio" && control.type !== "checkbox") || control.checked)
      .map((control) => control.value).join(",");
  }

  /** @param {HTMLElement | undefined} field @param {string} value */
  function show(field, value) {
    if (!field) return;
    const chosen = value.split(",");
    for (const control of /** @type {NodeListOf<HTMLInputElement>} */ (field.querySelectorAll("[name^='is.']"))) {
      if (control.type === "radio" || control.type === "checkbox") control.checked = chosen.includes(control.value);
      else if (control !== document.activeElement) control.value = value;
    }
  }

  /** A chosen answer can be taken back. @param {ParentNode} within */
  function dress(within) {
    for (const options of within.querySelectorAll(".options:has([type=radio])")) {
      const clear = document.createElement("button");
      clear.type = "button";
      clear.className = "quiet";
      clear.textContent = form.dataset.clear ?? "";
      const legend = options.closest("fieldset")?.querySelector("legend")?.textContent ?? "";
      clear.setAttribute("aria-label", `${clear.textContent} – ${legend}`);
      clear.hidden = !options.querySelector(":checked");
      clear.addEventListener("click", () => {
        const field = /** @type {HTMLElement} */ (clear.closest(".field"));
        show(field, "");
        clear.hidden = true;
        options.querySelector("input")?.focus();
        note(field);
        void send();
      });
      options.after(clear);
    }
  }

  /** @param {Event} event @param {number} pause */
  function changed(event, pause) {
    const field = event.target instanceof Element ? event.target.closest(".field") : null;
    if (!(field instanceof HTMLElement)) return;
    const fact = field.dataset.fact ?? "";
    const clear = field.querySelector(".quiet");
    if (clear instanceof HTMLElement) clear.hidden = !field.querySelector(":checked");
    clearTimeout(timers.get(fact));
    timers.set(fact, setTimeout(() => { note(field); void send(); }, pause));
  }

  /** Notes what a field holds, to be kept. @param {HTMLElement} field */
  function note(field) {
    const fact = field.dataset.fact ?? "";
    const value = written(field);
    if (value === field.dataset.was) waiting.delete(fact); else waiting.set(fact, value);
    remember();
  }

  /** @param {string} [text] */
  function say(text) { if (saved && text) saved.textContent = text; }

  /** Sends what waits, one after the other. */
  async function send() {
    if (sending) return;
    sending = true;
    try {
      for (let next = first(); next; next = first()) {
        if (!await keep(next[0], next[1])) break;
      }
    } finally {
      sending = false;
    }
  }

  function first() { return waiting.entries().next().value; }

  /** Keeps one answer; false where nothing more can be sent now. @param {string} fact @param {string} value */
  async function keep(fact, value) {
    say(form.dataset.saving);
    const was = fieldOf(fact)?.dataset.was ?? "";
    let response;
    try {
      response = await fetch(place, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ fact, value, was }),
      });
    } catch {
      say(form.dataset.keptHere);
      setTimeout(() => void send(), AGAIN);
      return false;
    }
    if (response.status === 401) {
      say(form.dataset.ended);
      return false;
    }
    if (![200, 409, 422].includes(response.status)) {
      say(form.dataset.failed);
      setTimeout(() => void send(), AGAIN);
      return false;
    }
    const answer = await response.json();
    if (waiting.get(fact) === value) waiting.delete(fact);
    remember();
    const field = fieldOf(fact);
    if (field) {
      remark(field, answer.remark);
      if (response.status !== 422) field.dataset.was = answer.written;
      // What is being written is not replaced by what was understood of it.
      if (!waiting.has(fact) && response.status !== 422) show(field, answer.written);
    }
    if (response.status === 200) say(answer.saved); else say(answer.remark);
    if (missing) missing.textContent = answer.missing;
    const shown = fields().map((one) => one.dataset.fact).join(" ");
    if (shown !== answer.fields.join(" ")) await renew();
    return true;
  }

  /** Says what is wrong with a field. @param {HTMLElement} field @param {string} text */
  function remark(field, text) {
    const place = field.querySelector(".wrong");
    if (!(place instanceof HTMLElement)) return;
    place.textContent = text;
    place.hidden = !text;
    field.querySelector("input:not([type=hidden])")?.setAttribute("aria-invalid", String(Boolean(text)));
  }

  /** Other questions follow from an answer: they come in their place, and what is being written stays. */
  async function renew() {
    const response = await fetch(location.pathname);
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const now = new Map(fields().map((field) => [field.dataset.fact, field]));
    const open = new Set([...form.querySelectorAll("details[open]")].map((group) => group.getAttribute("data-title")));
    const groups = [...page.querySelectorAll("#complete > details")];
    const focused = document.activeElement;
    for (const group of groups) {
      group.toggleAttribute("open", open.has(group.getAttribute("data-title")));
      dress(group);
      for (const field of [...group.querySelectorAll(".field")]) {
        const known = field instanceof HTMLElement && now.get(field.dataset.fact);
        if (known) field.replaceWith(known);
      }
    }
    for (const group of [...form.querySelectorAll(":scope > details")]) group.remove();
    form.prepend(...groups.map((group) => document.adoptNode(group)));
    if (focused instanceof HTMLElement && form.contains(focused)) focused.focus();
  }
}
