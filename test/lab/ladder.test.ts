// The whole path: server, client and sniffer as real programs, on every rung; and the pages that they leave.
import { createPrivateKey } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import t from "tap";
import { runLadder } from "../../src/lab/ladder.js";
import { rungs } from "../../src/lab/rung.js";
import { looksAt, openBrowser, openPage, withoutChromium } from "../helpers/chromium.js";
import { decodePage } from "./page/page-text.js";
import { readingsOf, traceOf } from "./secret-trace.js";

const folder = await mkdtemp(join(tmpdir(), "earshot-ladder-test-"));
const scratch = join(folder, "scratch");
t.teardown(() => rm(folder, { recursive: true, force: true }));

async function climb(to: string, kept?: string) {
  let text = "";
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const result = await runLadder({ folder: to, output, ...(kept !== undefined && { scratch: kept }) });
  return { ...result, text };
}

t.test("every rung shows exactly what it must, and leaves its captures and pages", async (t) => {
  const { exitCode, page, text } = await climb(folder, scratch);
  t.equal(exitCode, 0, text);
  t.equal(page, join(folder, "ladder.html"));
  const files = await readdir(folder);
  for (const { number } of rungs) {
    t.ok(files.includes(`rung-${number}.pcapng`), `rung ${number} is kept`);
    t.ok(files.includes(`rung-${number}.html`), `and his view of it`);
  }
  t.match(await readFile(join(folder, "ladder.html"), "utf8"), `All ${rungs.length} rungs hold.`);
});

t.test("no password, token or key of any rung is in any page; what was read of them is shown masked", async (t) => {
  const ladder = await readFile(join(folder, "ladder.html"), "utf8");
  for (const rung of rungs) {
    const report = await readFile(join(folder, `rung-${rung.number}.html`), "utf8");
    const readings = [...readingsOf(ladder), ...readingsOf(report)];
    const secrets = await secretsOf(join(scratch, `rung-${rung.number}`));
    const kinds = new Set(secrets.map(({ kind }) => kind));
    const token = rung.refused === "nothing" ? ["token"] : [];
    t.same([...kinds], ["password", ...token, ...(rung.transport === "plaintext" ? [] : ["tls", "key"])]);
    for (const { kind, bytes } of secrets) {
      // Keys are shown nowhere, so no page has a part of one; what people read is cut at any byte.
      const step = kind === "tls" || kind === "key" ? 16 : 1;
      t.equal(traceOf(bytes, readings, step), undefined, `${kind} of rung ${rung.number}`);
    }
    if (!rung.readable.includes("password")) continue;
    t.match(report, "could read the username, the password and the session token.");
    t.match(report, "[redacted: 24 bytes]");
  }
  const shown = decodePage(ladder);
  t.equal(shown.match(/password: \[redacted: 24 bytes\] packet \d+, byte \d+/g)?.length, 2, "rungs 0 and 3");
  t.equal(shown.match(/readable, masked here/g)?.length, 2);
});

t.test("a climb that comes to nothing offers no page, neither its own nor an earlier one's", async (t) => {
  const old = join(folder, "old");
  await mkdir(join(old, "rung-0.pcapng"), { recursive: true });
  await writeFile(join(old, "ladder.html"), "of last year");
  const failed = await climb(old);
  t.match(failed, { exitCode: 1, page: undefined });
  t.notOk((await readdir(old)).includes("ladder.html"));
  const refused = await climb(join(folder, "ladder.html"));
  t.match(refused, { exitCode: 1, page: undefined, text: "The ladder could not be climbed: EEXIST" });
  t.notMatch(refused.text, /\n\s+at /);
});

t.test("on a phone, a desktop and a beamer, light and dark", { skip: withoutChromium }, async (t) => {
  const browser = await openBrowser(t);
  const { page, errors } = await openPage(browser, pathToFileURL(join(folder, "ladder.html")).href);
  for await (const { name, serious, overflow } of looksAt(page, [390, 1280, 1920])) {
    t.same(serious, [], name);
    t.ok(overflow <= 0, name);
  }
  t.same(errors, []);
});

t.test(
  "one look on a beamer has the whole table, and a sheet of paper each rung",
  { skip: withoutChromium },
  async (t) => {
    const browser = await openBrowser(t);
    const { page } = await openPage(browser, pathToFileURL(join(folder, "ladder.html")).href);
    // What a browser's own bars leave of 1080 lines.
    await page.setViewportSize({ width: 1920, height: 940 });
    const bottom: number = await page.evaluate("document.querySelector('.ladder').getBoundingClientRect().bottom");
    t.ok(bottom <= 940, `the table ends at ${bottom}`);
    const sheets = (await page.pdf({ preferCSSPageSize: true })).toString("latin1").match(/\/Type \/Page\b/g);
    t.equal(sheets?.length, 8, "the table, six rungs, lengths with answers");
  },
);

t.test("a cell leads to the line that proves it", { skip: withoutChromium }, async (t) => {
  const browser = await openBrowser(t);
  const { page } = await openPage(browser, pathToFileURL(join(folder, "ladder.html")).href);
  await page.click('.ladder a[href="#rung-3-password"]');
  t.match(
    await page.textContent("li:target"),
    /^password: \[redacted: 24 bytes\] packet \d+, byte \d+ inside his machine$/,
  );
});

interface RunSecret {
  readonly kind: "password" | "token" | "tls" | "key";
  readonly bytes: Uint8Array;
}

/** What a rung was played with: the list that the sniffer was given, the key log, and all private keys. */
async function secretsOf(played: string): Promise<RunSecret[]> {
  const linesOf = async (name: string) =>
    (await readFile(join(played, name), "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
  const [password, ...tokens] = await linesOf("secrets");
  const keylog = (await linesOf("keylog")).map((line) => line.split(" ")[2] ?? "");
  const keys = await Promise.all(["ca-key.pem", "server-key.pem"].map((name) => linesOf(join("certs", name))));
  const opaque = Object.values(JSON.parse((await linesOf(join("certs", "opaque-keys.json"))).join("") || "{}"));
  const kinds = (kind: RunSecret["kind"], values: readonly (string | Buffer)[]): RunSecret[] =>
    values.map((value) => ({ kind, bytes: Buffer.from(value) }));
  return [
    ...kinds("password", password === undefined ? [] : [password]),
    ...kinds("token", tokens),
    ...kinds(
      "tls",
      keylog.map((hex) => Buffer.from(hex, "hex")),
    ),
    ...kinds("key", keys.flatMap(privateBytes)),
    ...kinds(
      "key",
      opaque.map((text) => Buffer.from(String(text), "base64")),
    ),
  ].filter(({ bytes }) => bytes.length > 0);
}

/** Of a PEM file of an elliptic curve's key: the number itself. What else stands there is the same for all. */
function privateBytes(pem: readonly string[]): Buffer[] {
  if (pem.length === 0) return [];
  const { d = "" } = createPrivateKey(pem.join("\n")).export({ format: "jwk" });
  return [Buffer.from(d, "base64url")];
}
