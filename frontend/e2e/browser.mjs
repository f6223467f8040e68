// The browser of the tests, and what every page must hold: no error in the console, no violation of the accessibility rules.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** WCAG 2.2 at level AA and everything below it. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const MODES = { wide: { viewport: { width: 1440, height: 900 } }, phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } };

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
}

/** A page of a fresh profile. `complaints` gathers what the console says is wrong, violations of the content policy among it. */
export async function open(browser, url, { mode = "wide", theme = "light", locale = "en-GB" } = {}) {
  const context = await browser.newContext({ ...MODES[mode], colorScheme: theme, locale, timezoneId: "Europe/Berlin", reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
  await page.goto(url);
  return { page, context, complaints };
}

export async function signIn(page, { tenant, username, password }) {
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByLabel("Organisation").fill(tenant);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("main#main h1").waitFor();
}

/** Goes to a path of the app without loading it anew, which would end the session. */
export async function go(page, path) {
  await page.evaluate((to) => {
    history.pushState({}, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);
  await page.locator("main#main h1").waitFor();
  await settled(page);
}

/** Nothing is loading any more. */
export async function settled(page) {
  await page.waitForFunction(() => !document.querySelector("main [role=status][aria-label=Loading]"));
}

/** The violations of the accessibility rules on the page as it is, each in one line. */
export async function violations(page) {
  await page.evaluate(AXE + ";0");
  const found = await page.evaluate((tags) => globalThis.axe.run({ runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], elementRef: false }), RULES);
  return found.violations.map((violation) => `${violation.id}: ${violation.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.failureSummary?.split("\n")[1]?.trim()})`).join(" | ")}`);
}

/** Presses Tab until the focus is on what has this role and name, as somebody without a mouse does; then acts on it. */
export async function tabTo(page, role, name, limit = 140) {
  const wanted = page.getByRole(role, { name });
  await wanted.first().waitFor();
  for (let step = 0; step < limit; step += 1) {
    await page.keyboard.press("Tab");
    const isThere = await wanted.evaluateAll((elements) => elements.includes(document.activeElement));
    if (isThere) return;
  }
  throw new Error(`no ${role} "${name}" within ${limit} presses of Tab`);
}

/** Two ways to do the same: `press` with the mouse, or by the keyboard alone. */
export function hands(page, way) {
  if (way === "mouse") return { press: (role, name) => page.getByRole(role, { name }).first().click(), fill: (label, text) => page.getByLabel(label, { exact: true }).first().fill(text) };
  return {
    press: async (role, name) => {
      await tabTo(page, role, name);
      await page.keyboard.press("Enter");
    },
    fill: async (label, text) => {
      await tabTo(page, "textbox", label);
      await page.keyboard.press("Control+A");
      await page.keyboard.type(text);
    },
  };
}
