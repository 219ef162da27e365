/** The first screen, which the server wrote: the story in one's own words, or its subject. It works on what stands there. */

import { picture } from "./pictures.js";

/**
 * @param {HTMLElement} host
 * @param {{say: (text: string) => void, choose: (text: string, choice: string) => void, files: () => void, language: (language: string) => void, draft: string, keep: (draft: string) => void}} act
 */
export function start(host, { say, choose, files, language, draft, keep }) {
  const find = (/** @type {string} */ what) => /** @type {HTMLElement | null} */ (host.querySelector(what));
  const story = /** @type {HTMLTextAreaElement | null} */ (find("textarea"));
  const form = find("form");
  if (!story || !form) return;
  for (const tile of host.querySelectorAll("[data-choice]")) tile.prepend(picture(tile.getAttribute("data-choice") ?? ""));
  story.value = draft;
  story.oninput = () => keep(story.value);
  form.onsubmit = (event) => {
    event.preventDefault();
    const text = story.value.trim();
    if (text) say(text);
    else story.focus();
  };
  host.onclick = (event) => {
    const target = event.target instanceof Element ? event.target.closest("[data-choice], [data-say], [data-files], [hreflang]") : null;
    if (!target) return;
    const { choice, say: words } = /** @type {HTMLElement} */ (target).dataset;
    const spoken = target.getAttribute("hreflang");
    if (choice) choose(target.textContent?.trim() ?? "", choice);
    else if (words) say(words);
    else if (spoken) {
      event.preventDefault();
      language(spoken);
    } else files();
  };
}
