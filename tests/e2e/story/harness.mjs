// What the stories stand on: the real program in an empty folder, Chromium, photos, and axe.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const PROGRAM = resolve(import.meta.dirname, "../../../target/debug/guichet");
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

/**
 * `guichet demo`, as on a fresh machine: in an empty folder, with nothing configured but `configuration`, and without the invented
 * cases unless `cases` are wanted. What it prints is what a person would read.
 */
export async function demo(configuration = "", { cases = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "guichet-e2e-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  await writeFile(join(folder, "guichet.toml"), configuration);
  const server = spawn(PROGRAM, ["--config", "guichet.toml", "demo", ...(cases ? [] : ["--empty"]), "--listen", url.slice("http://".length)], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const said = { text: "" };
  for (const output of [server.stdout, server.stderr]) output.on("data", (data) => { said.text += data; });
  let stopping = false;
  const ended = new Promise((done) => server.once("exit", (code, signal) => {
    if (!stopping) console.error(`guichet demo ended by itself (${signal ?? code}):\n${said.text}`);
    done();
  }));
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
      stopping = true;
      server.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The program and a browser for the tests of a file: given before the first, stopped after the last. @param {() => Promise<string>} [configure] */
export function onStage(give, configure = async () => "") {
  let server;
  let browser;
  before(async () => {
    [server, browser] = await Promise.all([demo(await configure()), launch()]);
    give({ server, browser });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
}

/** The log-in of a handler, from what `guichet demo` prints. */
export function logInOf(server, login) {
  const words = server.said().split("\n").map((line) => line.trim().split(/\s+/));
  const password = words.find(([first]) => first === login)?.[1];
  assert.ok(password, `demo prints no log-in for ${login}:\n${server.said()}`);
  return { login, password };
}

/** Logs a handler in at the console. */
export async function logIn(page, server, name) {
  const { login, password } = logInOf(server, name);
  await page.goto(`${server.url}/console`);
  await page.getByLabel("Identifiant").fill(login);
  await page.getByLabel("Mot de passe").fill(password);
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByRole("heading", { name: "Dossiers", level: 1 }).waitFor();
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
  context.setDefaultTimeout(20_000);
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
  if (!screenshots) return;
  // What scrolls or fades comes to rest: a picture may wait, a test must not.
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
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
      const fade = (x, y, stops) => stops.reduce((gradient, [at, colour]) => (gradient.addColorStop(at, colour), gradient), draw.createLinearGradient(0, 0, x, y));
      const floor = 1150 + 60 * seed;
      draw.fillStyle = fade(width, height, [[0, "#f1ece2"], [0.6, "#ddd5c6"], [1, "#bdb3a2"]]);
      draw.fillRect(0, 0, width, floor);
      // The floor's boards run towards the eye.
      for (let board = -14; board < 14; board++) {
        draw.fillStyle = `hsl(${25 + 8 * random()} 34% ${36 + 9 * random()}%)`;
        draw.beginPath();
        draw.moveTo(width / 2 + board * 110, floor);
        draw.lineTo(width / 2 + (board + 1) * 110, floor);
        draw.lineTo(width / 2 + (board + 1) * 250, height);
        draw.lineTo(width / 2 + board * 250, height);
        draw.fill();
      }
      draw.fillStyle = fade(0, 60, [[0, "#faf7f1"], [1, "#e4ddd0"]]);
      draw.fillRect(0, floor - 70, width, 70);
      draw.fillStyle = "rgba(60, 45, 30, 0.35)";
      draw.fillRect(0, floor - 4, width, 8);
      // Damp that came from above, and dried at its edge more than once.
      const [cx, reach] = [600 + 800 * random(), 1.2 + 0.5 * random()];
      for (let ring = 10; ring > 0; ring--) {
        draw.beginPath();
        for (let step = 0; step <= 90; step++) {
          const angle = step / 90 * Math.PI;
          const far = reach * ring * 46 * (1 + 0.16 * Math.sin(3 * angle + seed) + 0.07 * Math.sin(11 * angle + ring) + 0.05 * random());
          draw.lineTo(cx + 1.5 * far * Math.cos(angle), far * Math.sin(angle));
        }
        draw.filter = "blur(6px)";
        draw.fillStyle = `rgba(${132 + 6 * ring}, ${98 + 8 * ring}, ${52 + 10 * ring}, 0.16)`;
        draw.fill();
        draw.filter = "blur(2px)";
        draw.strokeStyle = `rgba(96, 64, 28, ${ring % 3 ? 0.05 : 0.22})`;
        draw.lineWidth = 5;
        draw.stroke();
      }
      draw.filter = "none";
      draw.fillStyle = fade(width, 0, [[0, "rgba(20, 14, 8, 0.28)"], [0.4, "rgba(20, 14, 8, 0)"], [1, "rgba(20, 14, 8, 0.12)"]]);
      draw.fillRect(0, 0, width, height);
      if (blurred) {
        draw.filter = "blur(24px)";
        draw.drawImage(canvas, 0, 0);
      } else {
        // The grain of plaster and of a sensor.
        const pixels = draw.getImageData(0, 0, width, height);
        for (let at = 0; at < pixels.data.length; at += 4) {
          const grain = 26 * (random() - 0.5);
          for (let colour = 0; colour < 3; colour++) pixels.data[at + colour] += grain;
        }
        draw.putImageData(pixels, 0, 0);
      }
      return canvas.toDataURL("image/jpeg", 0.9).split(",")[1];
    }, { seed: at + 1, blurred });
    drawn.push({ name, mimeType: "image/jpeg", buffer: Buffer.from(data, "base64") });
  }
  await page.close();
  return drawn;
}
