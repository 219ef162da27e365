/**
 * The loader that a site embeds: `<script async src="https://…/widget.js" data-site="KEY"></script>`.
 * Draws a button; the first press loads the chat in a frame. The frame and the page speak only to each other's origin.
 */
(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const { site = "", language = document.documentElement.lang || "fr", accent = "#0f5c6e", label } = script.dataset;
  const { origin } = new URL(script.src);
  const english = language.startsWith("en");
  /** @type {HTMLIFrameElement | null} */
  let frame = null;
  let open = false;

  // Styles are set one by one: the site's policy may forbid style sheets that are not its own.
  const style = (/** @type {HTMLElement} */ element, /** @type {Partial<CSSStyleDeclaration>} */ rules) => Object.assign(element.style, rules);
  const button = document.createElement("button");
  const words = document.createElement("span");
  const count = document.createElement("span");
  words.textContent = label ?? (english ? "Report a claim" : "Déclarer un sinistre");
  button.type = "button";
  button.append(words, count);
  button.setAttribute("aria-expanded", "false");
  style(button, {
    position: "fixed", right: "16px", bottom: "16px", zIndex: "2147483000", minHeight: "52px", padding: "0 22px", border: "0", borderRadius: "26px",
    background: /^#[\da-f]{6}$/i.test(accent) ? accent : "#0f5c6e", color: "#fff", font: "600 16px system-ui, sans-serif", cursor: "pointer", boxShadow: "0 4px 14px rgba(0,0,0,.25)",
  });
  style(count, { marginLeft: "8px", padding: "2px 8px", borderRadius: "12px", background: "#fff", color: "#a3261a", display: "none" });

  const tell = () => frame?.contentWindow?.postMessage({ guichet: open ? "open" : "close" }, origin);

  const show = (/** @type {boolean} */ wanted) => {
    open = wanted;
    if (open && !frame) {
      frame = document.createElement("iframe");
      frame.title = words.textContent ?? "";
      frame.src = `${origin}/chat?site=${encodeURIComponent(site)}&lang=${encodeURIComponent(language)}`;
      frame.allow = "camera; clipboard-write; web-share; geolocation";
      frame.onload = () => {
        tell();
        if (open) frame?.focus();
      };
      document.body.append(frame);
    }
    if (!frame) return;
    const phone = innerWidth < 560;
    style(frame, {
      position: "fixed", zIndex: "2147483001", border: "0", colorScheme: "light dark", display: open ? "block" : "none",
      right: phone ? "0" : "16px", bottom: phone ? "0" : "16px", width: phone ? "100%" : "400px",
      height: phone ? "100%" : "min(720px, calc(100% - 32px))", borderRadius: phone ? "0" : "18px", boxShadow: phone ? "none" : "0 8px 40px rgba(0,0,0,.3)",
    });
    button.style.display = open ? "none" : "";
    button.setAttribute("aria-expanded", String(open));
    tell();
    // The keyboard goes with what is seen, and comes back.
    if (open) frame.focus();
    else button.focus();
  };

  button.onclick = () => show(true);
  // Inside the frame Escape is the frame's: it tells us.
  addEventListener("keydown", (event) => { if (event.key === "Escape" && open) show(false); });
  addEventListener("message", (event) => {
    if (!frame || event.origin !== origin || event.source !== frame.contentWindow) return;
    if (event.data?.guichet === "close") show(false);
    if (event.data?.guichet === "unread") {
      count.textContent = event.data.count || "";
      count.style.display = event.data.count ? "" : "none";
    }
  });
  document.body.append(button);
})();
