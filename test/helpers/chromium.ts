// A real browser for the tests of pages: Debian's Chromium, driven by playwright-core, and axe-core to hold pages against
// the rules of accessibility (WCAG).
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Test } from "tap";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const MAC = "/Applications/Chromium.app/Contents/MacOS/Chromium";

/** Sizes that pages are looked at in: a phone, a tablet, a desktop. */
const WIDTHS = [390, 820, 1440];
const THEMES = ["light", "dark"] as const;

export interface Look {
  /** "390 pixels, dark". */
  readonly name: string;
  /** What axe-core finds serious or critical, a line each. */
  readonly serious: readonly string[];
  /** How far the page is wider than its window: nothing should make a reader scroll sideways. */
  readonly overflow: number;
}

/** The page as it stands, in all sizes and themes. */
export async function* looksAt(page: Page, widths: readonly number[] = WIDTHS): AsyncGenerator<Look> {
  for (const width of widths) {
    for (const theme of THEMES) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: theme });
      const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
      yield {
        name: `${width} pixels, ${theme}`,
        serious: await seriousViolations(page),
        overflow: await page.evaluate(overflow),
      };
    }
  }
}

/** Undefined where there is none: Debian's package `chromium` has it. */
const executablePath = findChromium();

/** Why tests that need it are left out; false where they are not. */
export const withoutChromium = executablePath === undefined && "no Chromium here (Debian: apt-get install chromium)";

/** Closes with the test. */
export async function openBrowser(t: Test): Promise<Browser> {
  // Root has no sandbox of Chromium's, and containers have no large /dev/shm.
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  const browser = await chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args });
  t.teardown(() => browser.close());
  return browser;
}

/** A page that collects whatever goes wrong in it: errors of scripts, of the console, and of its policy. */
export async function openPage(browser: Browser, url: string): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(url);
  return { page, errors };
}

async function seriousViolations(page: Page): Promise<string[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  // Through the debugger: the page's policy lets no other script in.
  const client = await page.context().newCDPSession(page);
  await client.send("Runtime.evaluate", { expression: source });
  const { result } = await client.send("Runtime.evaluate", {
    expression:
      "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => JSON.stringify(violations))",
    awaitPromise: true,
    returnByValue: true,
  });
  const violations: { id: string; impact: string; nodes: { target: string[] }[] }[] = JSON.parse(String(result.value));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  return found ?? (existsSync(MAC) ? MAC : undefined);
}
