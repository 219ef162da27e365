// @ts-check
/** What htmx does not do: keyboard, the gallery, and words when something fails. */

/** @param {Event} event @returns {HTMLElement | null} */
const element = (event) => (event.target instanceof HTMLElement ? event.target : null);

// Ctrl+Enter sends.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const field = element(event);
  if (field instanceof HTMLTextAreaElement) field.form?.requestSubmit();
});

// The person sees that somebody is writing; told every three seconds at most.
let told = 0;
document.addEventListener("input", (event) => {
  const form = element(event)?.closest("#composer");
  if (!(form instanceof HTMLFormElement) || Date.now() - told < 3000) return;
  told = Date.now();
  const csrf = String(new FormData(form).get("csrf"));
  fetch(form.action.replace(/reply$/, "typing"), { method: "POST", body: new URLSearchParams({ csrf }) }).catch(() => {});
});

// The gallery opens on the photo that was pressed: zoom, rotate, arrows and Escape are the viewer's own.
document.addEventListener("click", (event) => {
  const button = element(event)?.closest("[data-view]");
  const gallery = button?.closest("#gallery");
  if (!button || !(gallery instanceof HTMLElement)) return;
  const pictures = [...gallery.querySelectorAll("[data-view]")];
  // @ts-ignore: the vendored viewer is a global.
  const viewer = new Viewer(gallery, {
    url: "data-large",
    initialViewIndex: pictures.indexOf(button),
    title: [1, (/** @type {HTMLImageElement} */ image) => image.alt],
    toolbar: { zoomIn: 1, zoomOut: 1, oneToOne: 1, reset: 1, prev: 1, play: 0, next: 1, rotateLeft: 1, rotateRight: 1, flipHorizontal: 0, flipVertical: 0 },
    transition: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    hidden() {
      viewer.destroy();
      if (button instanceof HTMLElement) button.focus();
    },
  });
  viewer.show();
});

// What was done is cleared; what failed stays typed, and is said.
const show = (/** @type {string} */ id, /** @type {boolean} */ shown) => {
  const words = document.getElementById(id);
  if (words) words.hidden = !shown;
};
document.addEventListener("htmx:after:request", (event) => {
  const form = element(event);
  const response = /** @type {CustomEvent} */ (event).detail?.ctx?.response;
  if (!(form instanceof HTMLFormElement) || !response) return;
  const done = response.status < 400;
  show("failed", !done);
  if (!done) return;
  form.reset();
  const details = form.closest("details");
  if (details) details.open = false;
});
document.addEventListener("htmx:error", (event) => {
  if (element(event) instanceof HTMLFormElement) show("failed", true);
});
document.addEventListener("htmx:sse:error", () => show("offline", true));
document.addEventListener("htmx:sse:after:connection", () => show("offline", false));

// The conversation stays at its end while the handler is there.
const transcript = document.getElementById("transcript");
if (transcript) {
  let atEnd = true;
  const toEnd = () => {
    if (atEnd) transcript.scrollTop = transcript.scrollHeight;
  };
  transcript.addEventListener("scroll", () => {
    atEnd = transcript.scrollHeight - transcript.scrollTop - transcript.clientHeight < 40;
  });
  new MutationObserver(toEnd).observe(transcript, { childList: true, subtree: true });
  transcript.addEventListener("load", toEnd, true);
  toEnd();
}

// On paper nothing is folded away.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details#why")) details.setAttribute("open", "");
});
