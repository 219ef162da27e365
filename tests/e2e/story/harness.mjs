// What the stories stand on: the real program in an empty folder, Chromium, photos, and axe.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const PROGRAM = process.env.GUICHET ?? resolve(import.meta.dirname, "../../../target/debug/guichet");
const PICTURES = resolve(import.meta.dirname, "../../../docs/images");
/** The screenshots of the README are written only when asked for: a test leaves the tree as it was. */
const screenshots = process.env.GUICHET_SCREENSHOTS === "1";

export const PHONE = {
  viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, locale: "fr-FR", timezoneId: "Europe/Paris",
};
export const DESKTOP = { viewport: { width: 1440, height: 900 }, locale: "fr-FR", timezoneId: "Europe/Paris" };

/** A port that nobody listens on. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** `guichet demo`, as on a fresh machine: in an empty folder. What it prints is what a person would read. */
export async function demo() {
  const folder = await mkdtemp(join(tmpdir(), "guichet-e2e-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = spawn(PROGRAM, ["demo", "--listen", url.slice("http://".length)], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const said = { text: "" };
  for (const output of [server.stdout, server.stderr]) output.on("data", (data) => { said.text += data; });
  const ended = new Promise((done) => server.once("exit", done));
  for (;;) {
    assert.equal(server.exitCode, null, `guichet demo ended:\n${said.text}`);
    if (await fetch(`${url}/ready`).then((answer) => answer.ok, () => false)) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  return {
    url,
    /** What it printed. */
    said: () => said.text,
    async stop() {
      server.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
}

/** A context whose pages must stay without a script error and without a breach of the content security policy. */
export async function open(browser, options) {
  const context = await browser.newContext(options);
  const complaints = [];
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("console", (message) => {
    // What the browser itself says of a line that is down is no error of ours.
    if (message.type() === "error" && !/ERR_INTERNET_DISCONNECTED|Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  return { context, assertQuiet: () => assert.deepEqual(complaints, []) };
}

/** axe finds nothing serious. */
export async function accessible(page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = serious.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(({ html }) => html.slice(0, 200)).join("\n  ")}`);
  assert.equal(told.join("\n"), "", `axe, ${where}`);
}

export async function screenshot(page, name) {
  if (screenshots) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/**
 * Photos of a water damage, drawn in the browser: walls with stains, each another, sharp or blurred.
 * @returns {Promise<{name: string, mimeType: string, buffer: Buffer}[]>}
 */
export async function photos(browser, wanted) {
  const page = await browser.newPage();
  const drawn = [];
  for (const [at, { name, blurred = false }] of wanted.entries()) {
    const data = await page.evaluate(({ seed, blurred }) => {
      let state = 1234567 * seed;
      const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
      const canvas = document.createElement("canvas");
      const [width, height] = [canvas.width, canvas.height] = [2000, 1500];
      const draw = canvas.getContext("2d");
      if (blurred) draw.filter = "blur(24px)";
      const wall = draw.createLinearGradient(0, 0, width, height);
      wall.addColorStop(0, "#efe9dd");
      wall.addColorStop(1, "#cfc6b4");
      draw.fillStyle = wall;
      draw.fillRect(0, 0, width, height);
      draw.fillStyle = "#fbfaf6";
      draw.fillRect(0, 0, width, 260);
      draw.fillStyle = "#d8d2c6";
      draw.fillRect(0, 250, width, 14);
      for (let x = 0; x < width; x += 210) {
        draw.fillStyle = `hsl(${26 + 6 * random()} 38% ${34 + 10 * random()}%)`;
        draw.fillRect(x, 1240, 204, 260);
      }
      draw.fillStyle = "#f7f4ee";
      draw.fillRect(0, 1180, width, 62);
      // Rings of damp, one within another, as water leaves them.
      const [cx, cy] = [500 + 900 * random(), 330 + 200 * random()];
      for (let ring = 9; ring > 0; ring--) {
        draw.beginPath();
        for (let step = 0; step <= 60; step++) {
          const angle = step / 60 * 2 * Math.PI;
          const reach = ring * 42 * (1 + 0.18 * Math.sin(3 * angle + seed) + 0.08 * Math.sin(7 * angle + ring));
          draw.lineTo(cx + 1.5 * reach * Math.cos(angle), Math.max(262, cy + reach * Math.sin(angle)));
        }
        draw.fillStyle = `rgba(${120 + 8 * ring}, ${86 + 9 * ring}, ${40 + 10 * ring}, 0.17)`;
        draw.fill();
        draw.strokeStyle = "rgba(104, 70, 30, 0.28)";
        draw.lineWidth = 3;
        draw.stroke();
      }
      // The grain of a wall and of a sensor.
      if (!blurred) {
        for (let speck = 0; speck < 60000; speck++) {
          draw.fillStyle = random() < 0.5 ? "rgba(40, 30, 20, 0.16)" : "rgba(255, 255, 255, 0.2)";
          draw.fillRect(width * random(), height * random(), 2, 2);
        }
      }
      return canvas.toDataURL("image/jpeg", 0.9).split(",")[1];
    }, { seed: at + 1, blurred });
    drawn.push({ name, mimeType: "image/jpeg", buffer: Buffer.from(data, "base64") });
  }
  await page.close();
  return drawn;
}
