// A large file is read in place and hashed in a thread; through a pipe it is neither. Both must say the same.
import { createHash } from "node:crypto";
import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { captureFile, of, play, type Said } from "./played-capture.js";
import { run, start } from "./sniffer-program.js";

const LARGE_BYTES = 0x2000000;
const BODY = Buffer.alloc(400_000, "what a body holds, again and again; ");

/** Conversations that take turns, so that streams are hashed side by side. */
function packets(): Uint8Array[] {
  const talks = Array.from({ length: 100 }, (_, index): Uint8Array[] => {
    const talk: Said[] = [
      ["client", `GET /${index} HTTP/1.1\r\nHost: example\r\n\r\n`],
      ["server", `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n`],
      ["server", BODY],
      ["client", Buffer.alloc(index * 10, 0x16)],
    ];
    return play(talk, { clientPort: 20_000 + index });
  });
  const longest = Math.max(...talks.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => talks.map((talk) => talk[at]))
    .flat()
    .filter((packet) => packet !== undefined);
}

t.test("a large file says what the same bytes say through a pipe, and each stream has its own hash", async (t) => {
  const path = join(t.testdir({}), "large.pcapng");
  const bytes = captureFile(packets());
  t.ok(bytes.length > LARGE_BYTES, `${bytes.length} bytes`);
  writeFileSync(path, bytes);
  const fromFile = await run(["-r", path, "--json"]);
  const piped = start(["-r", "-", "--json"]);
  createReadStream(path).pipe(piped.child.stdin);
  const fromPipe = await piped.ended;
  t.equal(fromFile.code, 0);
  t.equal(fromPipe.code, 0);
  const sorted = (text: string) => text.trim().split("\n").sort();
  t.same(sorted(fromFile.stdout), sorted(fromPipe.stdout));
  const conversations = of(fromFile.events, "conversation");
  t.equal(conversations.length, 100);
  for (const { id, server_sha256: sha256 } of conversations) {
    const said = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n`), BODY]);
    if (sha256 !== createHash("sha256").update(said).digest("hex")) t.fail(`conversation ${id}`);
  }
  t.equal(fromFile.events.at(-1)?.event, "summary");
});
