// The whole path: server, client and sniffer as real programs, on every rung; and the pages that they leave.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import t from "tap";
import { runLadder } from "../../src/lab/ladder.js";
import { rungs } from "../../src/lab/rung.js";
import { CaptureReader, type FindingEvent, Pipeline, ProtoFolders } from "../../src/sniffer/index.js";
import { fromBase64 } from "../../src/sniffer/page/bar-list.js";
import { looksAt, openBrowser, openPage, withoutChromium } from "../helpers/chromium.js";

const folder = await mkdtemp(join(tmpdir(), "earshot-ladder-test-"));
t.teardown(() => rm(folder, { recursive: true, force: true }));

t.test("every rung shows exactly what it must, and leaves its captures and pages", async (t) => {
  let text = "";
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const exitCode = await runLadder({ folder, output });
  t.equal(exitCode, 0, text);
  const files = await readdir(folder);
  for (const { number } of rungs) {
    t.ok(files.includes(`rung-${number}.pcapng`), `rung ${number} is kept`);
    t.ok(files.includes(`rung-${number}.html`), `and his view of it`);
  }
  t.match(await readFile(join(folder, "ladder.html"), "utf8"), `All ${rungs.length} rungs hold.`);
});

t.test("the secrets that were read are in none of the pages", async (t) => {
  const secrets = await secretsOf(join(folder, "rung-0.pcapng"));
  t.equal(secrets.length, 2, "the password and the token");
  for (const name of ["ladder.html", "rung-0.html"]) {
    const page = await readFile(join(folder, name), "utf8");
    const samples = [...page.matchAll(/"data":"([A-Za-z0-9+/=]+)"/g)].map(([, data]) =>
      Buffer.from(fromBase64(data ?? "")).toString("latin1"),
    );
    for (const secret of secrets) {
      t.equal(page.includes(secret), false);
      t.equal(page.includes(Buffer.from(secret).toString("base64")), false);
      t.equal(
        page.includes([...Buffer.from(secret)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")),
        false,
      );
      t.equal(
        samples.some((bytes) => bytes.includes(secret)),
        false,
      );
    }
  }
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

/** The bytes of what a plain capture shows of the password and the session token. */
async function secretsOf(capture: string): Promise<string[]> {
  const streams = new Map<string, Buffer>();
  const schemas = new ProtoFolders();
  const findings: FindingEvent[] = [];
  const pipeline = new Pipeline({
    schema: () => schemas.schema(),
    tap: (event) => {
      if (event.kind !== "bytes") return;
      const key = `${event.conversation.id} ${event.side}`;
      streams.set(key, Buffer.concat([streams.get(key) ?? Buffer.alloc(0), event.bytes]));
    },
  });
  const reader = new CaptureReader();
  reader.push(await readFile(capture));
  for (let packet = reader.next(); packet !== undefined; packet = reader.next()) {
    pipeline.push(packet);
    for (let event = pipeline.next(); event !== undefined; event = pipeline.next()) {
      if (event.event === "finding" && event.value?.startsWith("[redacted") === true) findings.push(event);
    }
  }
  const shown = findings.map(({ conversation, side, evidence: { offset, length } }) =>
    streams
      .get(`${conversation} ${side}`)
      ?.subarray(offset, offset + length)
      .toString("latin1"),
  );
  return [...new Set(shown.flatMap((secret) => secret ?? []).map((secret) => secret.replace(/^Bearer /, "")))];
}
