// @ts-check
/** The search field: `/` goes to it, a list follows what is typed, arrows, Enter and Escape. Without script, Enter searches. */

/** Waits so long after a key, in milliseconds: who types on asks once. */
const PAUSE = 150;

const form = document.getElementById("find");
const field = document.getElementById("find-q");
const panel = document.getElementById("find-panel");
/** What holds the field where the page does not show it by itself. */
const box = document.getElementById("find-box");

/** Whether a key is somebody's text. @param {EventTarget | null} target */
const isTyped = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

if (form instanceof HTMLFormElement && field instanceof HTMLInputElement && panel) {
  let timer = 0;
  /** @type {AbortController | null} */
  let asking = null;
  const options = () => [...panel.querySelectorAll('[role="option"]')];
  const chosen = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    panel.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  /** The element that had the focus before the field. @type {HTMLElement | null} */
  let before = null;
  const open = () => {
    before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    if (box) box.hidden = false;
    field.focus();
    field.select();
  };
  const leave = () => {
    close();
    if (box) box.hidden = true;
    if (before?.isConnected) before.focus();
    else field.blur();
  };

  /** @param {number} index */
  const choose = (index) => {
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = options()[index];
    if (!option) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  const ask = async () => {
    const q = field.value.trim();
    asking?.abort();
    if (q.length < 2) return close();
    const here = (asking = new AbortController());
    try {
      const answer = await fetch(`/console/search?${new URLSearchParams({ part: "list", q })}`, { signal: here.signal });
      if (answer.redirected || !answer.ok) return close();
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (here.signal.aborted) return;
      panel.replaceChildren(...found.body.childNodes);
      options().forEach((option, at) => (option.id = `find-option-${at}`));
      panel.hidden = false;
      field.setAttribute("aria-expanded", "true");
      field.removeAttribute("aria-activedescendant");
    } catch {
      // The next key asks again, and Enter searches by a page of its own.
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "Escape") {
      if (panel.hidden) leave();
      else close();
      // It ends here: the page has an Escape of its own, which would leave the field as well.
      event.preventDefault();
      event.stopPropagation();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !panel.hidden && count) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = chosen() < 0 && step < 0 ? 0 : chosen();
      choose((from + step + count) % count);
      event.preventDefault();
    } else if (event.key === "Enter") {
      const option = panel.hidden ? null : options()[chosen()];
      if (option instanceof HTMLAnchorElement) {
        event.preventDefault();
        option.click();
      }
    }
  });
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && form.contains(event.relatedTarget)) return;
    close();
    if (box) box.hidden = true;
  });
  // What is pressed in the list keeps the field's focus until it is released.
  panel.addEventListener("mousedown", (event) => event.preventDefault());
  field.addEventListener("focus", () => {
    if (panel.hidden && field.value.trim().length > 1 && options().length) {
      panel.hidden = false;
      field.setAttribute("aria-expanded", "true");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyped(event.target)) return;
    event.preventDefault();
    open();
  });
  document.getElementById("find-open")?.addEventListener("click", (event) => {
    if (!box || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
}

// The page of results shows what was searched for.
if (field instanceof HTMLInputElement && document.getElementById("results")) {
  field.value = new URLSearchParams(location.search).get("q") ?? "";
}

// On the page of results the arrows go from line to line.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const lines = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#results .found-line")]);
  const at = lines.findIndex((line) => line === document.activeElement);
  const isField = document.activeElement === field && panel?.hidden;
  if (at < 0 && !isField) return;
  const next = lines[isField ? (event.key === "ArrowDown" ? 0 : -1) : at + (event.key === "ArrowDown" ? 1 : -1)];
  if (next) next.focus();
  else if (at === 0) field?.focus();
  else return;
  event.preventDefault();
});
