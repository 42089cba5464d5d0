import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import t from "tap";

const PROGRAM = fileURLToPath(new URL("./waiting-pipe-program.js", import.meta.url));
const BATCH_BYTES = 0x10000;
const BATCHES = 100;

/** Its standard output is not read before `read` is called. */
function begin(limitBytes: number, batches = BATCHES, batchBytes = BATCH_BYTES) {
  const child = fork(PROGRAM, [batches, limitBytes, batchBytes].map(String), {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const said: unknown[] = [];
  child.on("message", (message) => said.push(message));
  // The first: others may come with it.
  const heard = async () => {
    await once(child, "message");
    return said[0];
  };
  const read = async () => {
    const hash = createHash("sha256");
    for await (const chunk of child.stdout ?? []) hash.update(chunk);
    return hash.digest("hex");
  };
  return { child, said, heard, read };
}

function expected(): string {
  const hash = createHash("sha256");
  for (let count = 0; count < BATCHES; count++) hash.update(Buffer.alloc(BATCH_BYTES - (count % 3), count));
  return hash.digest("hex");
}

t.test("who reads late keeps nobody waiting, and gets all of it in order", async (t) => {
  const { child, said, heard, read } = begin(BATCHES * BATCH_BYTES);
  t.equal(await heard(), "pushed", "before a byte was read");
  const ended = once(child, "close");
  t.equal(await read(), expected());
  await ended;
  t.match(said, ["pushed", Number, "finished"]);
});

t.test("no more waits than the limit says", async (t) => {
  const { child, said, read } = begin(10 * BATCH_BYTES);
  const early = await Promise.race([
    once(child, "message"),
    new Promise((resolve) => setTimeout(resolve, 500, "nothing")),
  ]);
  t.equal(early, "nothing", "it waits for its reader");
  const ended = once(child, "close");
  t.equal(await read(), expected(), "and then nothing is lost");
  await ended;
  t.match(said, ["pushed", Number, "finished"]);
});

t.test("many small batches take no more room than few large ones", async (t) => {
  const [batches, batchBytes] = [50_000, 100];
  const { child, said, heard, read } = begin(batches * batchBytes, batches, batchBytes);
  t.equal(await heard(), "pushed");
  const ended = once(child, "close");
  await read();
  await ended;
  t.match(said, ["pushed", Number, "finished"]);
  t.ok(Number(said[1]) < 1.1 * batches * batchBytes, `${said[1]} bytes`);
});

t.test("a reader that went away is an error, not a wait", async (t) => {
  const { child, said } = begin(10 * BATCH_BYTES);
  const ended = once(child, "close");
  child.stdout?.destroy();
  await ended;
  t.match(said, [/^(EPIPE|ECONNRESET)$/]);
});
