// @ts-check
/**
 * What is typed is kept on the server a moment after the last letter, and before the page goes: it outlives the device.
 * @param {EventTarget} place where it is typed
 * @param {() => Element | null} form the form that has it, with the address of the draft
 * @param {(kept: boolean) => void} [told] is told whether it was kept
 */
export function drafts(place, form, told) {
  let timer = 0;
  let dirty = false;
  const drop = () => {
    clearTimeout(timer);
    dirty = false;
  };
  const save = async () => {
    const typed = form();
    const is = dirty;
    drop();
    if (!is || !(typed instanceof HTMLFormElement) || !typed.dataset.draft) return;
    const fields = new FormData(typed);
    const body = new URLSearchParams({ csrf: String(fields.get("csrf")), kind: "reply", text: String(fields.get("text")) });
    const answer = await fetch(typed.dataset.draft, { method: "POST", body, keepalive: true }).catch(() => null);
    told?.(answer?.ok ?? false);
  };
  place.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLTextAreaElement) || event.target.form !== form()) return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 1200);
  });
  addEventListener("pagehide", save);
  return { save, drop, waits: () => dirty };
}
