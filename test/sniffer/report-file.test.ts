import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import t from "tap";
import { looksAt, openBrowser, openPage, withoutChromium } from "../helpers/chromium.js";
import { captureFile, play } from "./played-capture.js";
import { run, start } from "./sniffer-program.js";

const PASSWORD = "correct-horse-battery";
const BASIC = Buffer.from(`alice:${PASSWORD}`).toString("base64");
const CAPTURES = "test/fixtures/captures";
/** TLS 1.3 without extensions but a server's hello: what follows is application data. */
const HELLO = Buffer.from(`160301002f0100002b0303${"11".repeat(32)}000002130101000000`, "hex");
const RECORDS = 100_000;

const folder = t.testdir({});
const LOGIN = join(folder, "login.pcapng");
const talks = ["/mail", "/news"].map((path, index) =>
  play(
    [
      ["client", `GET ${path} HTTP/1.1\r\nHost: <b>example</b>\r\nAuthorization: Basic ${BASIC}\r\n\r\n`],
      ["server", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
    ],
    { clientPort: 2000 + index },
  ),
);
writeFileSync(LOGIN, captureFile(talks.flat()));

function isInWindow(page: Page, selector: string): Promise<boolean> {
  return page.locator(selector).evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= (element.ownerDocument.defaultView?.innerHeight ?? 0);
  });
}

async function report(name: string, args: readonly string[]): Promise<string> {
  const path = join(folder, name);
  const { code, stderr } = await run([...args, "--report", path]);
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  return path;
}

t.test(
  "the page opens conversations, explains cells, and leads to the byte, without an error",
  { skip: withoutChromium },
  async (t) => {
    const path = await report("login.html", ["-r", LOGIN]);
    t.notMatch(readFileSync(path, "utf8"), BASIC);
    t.equal(statSync(path).mode & 0o777, 0o600, "the owner's to pass on");

    const browser = await openBrowser(t);
    const { page, errors } = await openPage(browser, pathToFileURL(path).href);
    t.match(await page.locator("h1").textContent(), "the password");
    await page.locator("[data-reason='all-password-passive']").click();
    t.match(await page.locator("#exposure .explain").textContent(), /^Passwords\. Anyone on the wire.*Seen here/s);
    t.ok(await isInWindow(page, "#exposure .explain"), "a reason below the fold would be no answer");
    await page.locator("#exposure .explain a.evidence").click();
    const marked = page.locator("#detail mark").first();
    await marked.waitFor();
    t.match(await marked.textContent(), "••", "the byte that was asked for, masked");
    t.notMatch(await page.locator("#detail").textContent(), PASSWORD);

    await page.locator("[data-filter]").fill("2001");
    t.equal(await page.locator("#conversations tbody tr:visible").count(), 1);
    await page.locator("#conversations tbody tr:visible").click();
    await page.locator("#c1-title").waitFor();
    t.match(await page.locator("#c1-messages").textContent(), "/news");
    await page.locator("[data-mode='time']").click();
    t.equal(await page.locator("[data-mode='time']").getAttribute("aria-pressed"), "true");
    t.ok((await page.locator(".timeline rect").count()) >= 2);
    await page.locator("[data-theme-button]").click();
    t.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    t.same(errors, []);
  },
);

t.test(
  "at three widths and in both themes nothing is serious for axe, nor wider than the page",
  { skip: withoutChromium },
  async (t) => {
    const capture = `${CAPTURES}/illustrated-tls13/capture.pcap`;
    const path = await report("opened.html", ["-r", capture, "--keylog", `${CAPTURES}/illustrated-tls13/keylog.txt`]);
    const browser = await openBrowser(t);
    const { page, errors } = await openPage(browser, `${pathToFileURL(path).href}#c0`);
    await page.locator("#c0-title").waitFor();
    for (const fold of await page.locator("details > summary").all()) await fold.click();
    for await (const { name, serious, overflow } of looksAt(page)) {
      t.same(serious, [], name);
      t.ok(overflow <= 0, name);
    }
    t.same(errors, []);
  },
);

t.test(
  "a hundred thousand records: all are there, few are drawn, and the page stays a page",
  { skip: withoutChromium },
  async (t) => {
    const capture = join(folder, "long.pcapng");
    const record = (index: number) =>
      Buffer.concat([Buffer.of(0x17, 3, 3, 0, 20 + (index % 50)), Buffer.alloc(20 + (index % 50))]);
    const said = Array.from({ length: RECORDS / 100 }, (_, index): ["client" | "server", Uint8Array] => [
      index % 2 === 0 ? "client" : "server",
      Buffer.concat(Array.from({ length: 100 }, (_one, place) => record(index * 100 + place))),
    ]);
    writeFileSync(capture, captureFile(play([["client", HELLO], ...said])));
    const path = await report("long.html", ["-r", capture]);
    t.ok(readFileSync(path).length < 3_000_000, `${readFileSync(path).length} bytes`);
    const browser = await openBrowser(t);
    const { page, errors } = await openPage(browser, `${pathToFileURL(path).href}#c0`);
    await page.locator("#c0-title").waitFor();
    t.match(await page.locator("[data-bars] > summary").textContent(), "100,001 records");
    t.ok((await page.locator(".timeline rect").count()) <= 480);
    await page.locator("[data-zoom='in']").click();
    await page.locator("[data-bars] > summary").click();
    await page.locator("[data-page='1']").click();
    t.match(await page.locator("[data-range]").textContent(), "201 to 400 of 100,001");
    t.same(errors, []);
  },
);

t.test("a report that cannot be written says so before anything is read", async (t) => {
  const away = await run(["-r", LOGIN, "--report", join(folder, "nowhere", "x.html")]);
  t.match(away, { code: 1, stdout: "", stderr: /cannot write .*there is no such file or folder/ });
  const same = await run(["-r", LOGIN, "--report", LOGIN]);
  t.match(same, { code: 1, stderr: /--report .* is the file that is read/ });
  t.ok(readFileSync(LOGIN).length > 0 && existsSync(LOGIN));
});

t.test("what stood under its name stays until the whole report takes its place", async (t) => {
  const path = join(folder, "kept.html");
  writeFileSync(path, "the old one", { mode: 0o644 });
  t.equal((await run(["-r", join(folder, "nowhere.pcap"), "--report", path])).code, 1);
  t.equal(readFileSync(path, "utf8"), "the old one");
  const none = join(folder, "none.html");
  t.equal((await run(["-r", join(folder, "nowhere.pcap"), "--report", none])).code, 1);
  t.notOk(existsSync(none), "no empty file is left");
  t.equal((await run(["-r", LOGIN, "--report", path])).code, 0);
  t.match(readFileSync(path, "utf8"), /^<!doctype html>.*<\/html>\s*$/s);
  t.equal(statSync(path).mode & 0o777, 0o600, "the owner's to pass on");
  t.same(
    readdirSync(folder).filter((name) => name.startsWith(".")),
    [],
    "nothing lies beside it",
  );
});

t.test("a report has a name of its own, and goes with what reads more than headers", async (t) => {
  const same = join(folder, "same");
  const both = await run(["-r", LOGIN, "--report", same, "-w", `${folder}/./same`]);
  t.match(both, { code: 2, stdout: "", stderr: /--report and -w name the same file/ });
  t.notOk(existsSync(same));
  t.match(await run(["-r", LOGIN, "--report", ""]), { code: 2, stderr: /--report needs a value behind it/ });
  const counted = await run(["-r", LOGIN, "--report", same, "--count"]);
  t.match(counted, { code: 2, stderr: /--count reads headers only .* --report/ });
});

t.test("damage is told in the page too, and the exit code stays", async (t) => {
  const capture = join(folder, "cut.pcapng");
  const whole = captureFile(play([["client", "GET / HTTP/1.1\r\n\r\n"]]));
  writeFileSync(capture, whole.subarray(0, whole.length - 5));
  const path = join(folder, "cut.html");
  t.equal((await run(["-r", capture, "--report", path])).code, 4);
  t.match(readFileSync(path, "utf8"), "The input is damaged");
});

t.test("a reader of the lines that goes away takes nothing from the page of a file", async (t) => {
  const capture = join(folder, "piped.pcapng");
  const packets = Array.from({ length: 3000 }, (_, index) =>
    play([["client", `GET /${index} HTTP/1.1\r\n\r\n`]], { clientPort: 2000 + index }),
  ).flat();
  writeFileSync(capture, captureFile(packets));
  const path = join(folder, "piped.html");
  const running = start(["-r", capture, "--packets", "--report", path]);
  await running.printed((stdout) => stdout.length > 0);
  running.child.stdout.destroy();
  t.equal((await running.ended).code, 0);
  t.match(readFileSync(path, "utf8"), `>3,000 conversations`.slice(1));
});
