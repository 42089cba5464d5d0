// The connection is lost after every single byte of a typical session, in either direction: each call ends once, with
// the truth about its delivery, and nothing is left behind on either side. Over TLS, where the handshake is cut as well,
// that is thousands of bytes, so that only each so many of them is tried, unless all are asked for:
//
//     EARSHOT_CUTS=full node dist/test/rpc/conformance-cuts.test.js

import t from "tap";
import { CutProof, recordedServer, type Session } from "./conformance/cut-proof.js";

const SESSIONS: readonly (readonly [string, Session])[] = [
  ["unary", async (echo, options) => (await echo.unary({ text: "a question" }, options)).text],
  ["server stream", (echo, options) => texts(echo.serverStream({ text: "many", count: 3, size: 5 }, options))],
  ["client stream", async (echo, options) => String((await echo.clientStream(messages(), options)).index)],
  ["both ways", (echo, options) => texts(echo.bidi(messages(), options))],
];

/** Without a new connection a call ends with the loss; with one, what surely did not run is made again. */
const MODES = [
  { name: "for good", settings: { reconnect: false } },
  { name: "and made anew", settings: { reconnect: { firstDelayMs: 10 } } },
] as const;

const TLS_STEP_BYTES = process.env["EARSHOT_CUTS"] === "full" ? 1 : 37;

t.setTimeout(600_000);

/** Cut points that are tried at the same time. */
const AT_ONCE = 16;

async function* messages() {
  yield { text: "one" };
  yield { text: "two" };
  yield {};
}

async function texts(stream: AsyncIterable<{ text: string }>): Promise<string> {
  const all: string[] = [];
  for await (const { text } of stream) {
    all.push(text);
  }
  return all.join();
}

for (const [kind, session] of SESSIONS) {
  for (const { name, settings } of MODES) {
    t.test(`${kind}: the connection is lost ${name} after every byte`, async (t) => {
      const proof = new CutProof(await recordedServer(t, true), session, { plaintext: true, ...settings });
      const cuts = await proof.cuts();
      await Promise.all(Array.from({ length: AT_ONCE }, () => proof.run(cuts)));
      t.comment(`${proof.tried} cut points: ${JSON.stringify(proof.told)}`);
      t.same(proof.complaints, []);
      t.ok(proof.told["unknown"], "some callers cannot know");
      // A stream of requests waits for the server's Hello, and until then nothing of it is sent.
      const waits = kind === "client stream" || kind === "both ways";
      t.equal(proof.told["not_sent"] !== undefined, waits && settings.reconnect === false);
      t.equal(proof.told["answered"] !== undefined, waits && settings.reconnect !== false, "it is sent again");
      await proof.check(t);
    });
  }
}

for (const [kind, session] of SESSIONS) {
  t.test(`${kind}, over TLS`, async (t) => {
    const server = await recordedServer(t);
    const proof = new CutProof(server, session, { tls: { ca: server.ca }, reconnect: false });
    const cuts = await proof.cuts(TLS_STEP_BYTES);
    await Promise.all(Array.from({ length: AT_ONCE }, () => proof.run(cuts)));
    t.comment(`${proof.tried} cut points: ${JSON.stringify(proof.told)}`);
    t.same(proof.complaints, []);
    t.ok(proof.told["not_sent"] && proof.told["unknown"], "within the handshake, and behind it");
    await proof.check(t);
  });
}
