import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import t from "tap";
import { looksAt, openBrowser, withoutChromium } from "../../helpers/chromium.js";
import { of } from "../played-capture.js";
import { run } from "../sniffer-program.js";
import { PASSWORD, watchRelay } from "./watched-relay.js";

/** What the browser complains about, such as a violated Content Security Policy. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => {
    // What the page itself closes, as it does on a pause.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") complaints.push(`${request.url()} failed`);
  });
  return complaints;
}

async function download(page: Page, name: string): Promise<Buffer> {
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
  return await readFile(await saved.path());
}

t.test("a person watches a capture in Chromium", { skip: withoutChromium }, async (t) => {
  const { running, address, talk } = await watchRelay(t, ["--json"]);
  const browser = await openBrowser(t);
  const page = await browser.newPage();
  const complaints = complaintsOf(page);
  const row = (id: number) => page.locator(`tr[data-id="${id}"]`);
  const state = page.locator("[data-live]");

  await page.goto(address);
  await page.getByText("live, waiting for the first packet").waitFor();
  await talk("/first");
  await row(0).waitFor();
  await page.getByRole("heading", { level: 1, name: /could read the username and the password/ }).waitFor();
  t.match(await row(0).textContent(), /readable\s+1 secret/);

  await page.getByRole("button", { name: "pause" }).click();
  t.match(await state.textContent(), "paused");
  const moving = await browser.newPage();
  await moving.goto(address);
  await moving.getByText("live").first().waitFor();
  await talk("/second");
  await talk("/third");
  await moving.locator('tr[data-id="2"]').waitFor();
  await moving.close();
  t.equal(await row(1).count(), 0, "nothing moves");
  await page.getByRole("button", { name: "go on" }).click();
  await row(2).waitFor();
  await row(1).waitFor();

  await page.getByRole("searchbox").fill("#1 http");
  await row(2).waitFor({ state: "hidden" });
  t.ok(await row(1).isVisible());
  await talk("/fourth");
  await page.getByText("1 of 4 shown").waitFor();
  t.notOk(await row(3).isVisible(), "what comes is filtered too");
  await page.getByRole("searchbox").fill("");
  await row(3).waitFor();

  await row(0).click();
  await page.getByRole("heading", { name: /^Conversation #0/ }).waitFor();
  await page
    .locator(".detail")
    .getByRole("link", { name: /byte \d+ of what the client sent/ })
    .first()
    .click();
  const bytes = page.locator(".detail [data-bytes]");
  await bytes.getByText("GET /first").waitFor();
  const shown = await page.locator("main").textContent();
  t.match(shown, "[redacted:");
  for (const secret of [PASSWORD, Buffer.from(`alice:${PASSWORD}`).toString("base64").slice(8)])
    t.notMatch(String(shown), secret);

  const report = await download(page, "save report");
  t.match(report.toString(), "could read the username and the password");
  t.notMatch(report.toString(), new URL(address).pathname);
  const capture = await download(page, "save packets");
  t.match(of((await run(["-r", "-", "--json"], capture)).events, "conversation"), [{}, {}, {}, {}]);

  const other = await browser.newPage();
  await other.goto(`${address}#c0`);
  await other.locator(".detail [data-bytes] summary").click();
  for await (const { name, serious, overflow } of looksAt(other)) {
    t.same(serious, [], name);
    t.ok(overflow <= 0, name);
  }
  await other.close();

  t.ok(await bytes.getByText("GET /first").isVisible(), "what was unfolded stays so");
  t.same(complaints, [], "no error, and nothing that its policy forbids");
  running.child.kill("SIGTERM");
  await page.getByText("the sniffer has gone").waitFor();
  t.equal((await running.ended).code, 0);
});
