import { once } from "node:events";
import { appendFileSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import t from "tap";
import { makeAuthority, makeCertificate } from "../fixtures/certificates.js";
import { blockTypes, PACKET_BLOCK, SECRETS_BLOCK } from "./capture/capture-bytes.js";
import { of } from "./played-capture.js";
import { run, start } from "./sniffer-program.js";

const SECRET = "swordfish 1999";
const REQUEST = `GET / HTTP/1.1\r\nX: ${SECRET}\r\n\r\n`;

async function serve(t: { teardown(end: () => unknown): void }): Promise<number> {
  const server = createServer((socket) => {
    // A relay that is stopped in the middle resets it.
    socket.on("error", () => {});
    socket.once("data", () => socket.end("HTTP/1.1 204 No\r\n\r\n"));
  }).listen(0, "127.0.0.1");
  t.teardown(() => server.close());
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function talk(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.write(REQUEST);
  socket.resume();
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("close", resolve));
}

const relayPort = (line: string) => Number(/:(\d+) ->/.exec(line)?.[1]);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  t.test(`the relay runs until ${signal}, then sums up; what it wrote reads back the same`, async (t) => {
    const port = await serve(t);
    const folder = t.testdir({ secrets: `${SECRET}\n` });
    const copy = join(folder, "copy.pcapng");
    const relay = start([
      "--relay",
      `127.0.0.1:0=127.0.0.1:${port}`,
      "--json",
      "-w",
      copy,
      "--secret-file",
      join(folder, "secrets"),
    ]);
    const line = await relay.said(/^relaying 127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$/m);
    await talk(relayPort(line));
    relay.child.kill(signal);
    const { code, events, stdout, stderr } = await relay.ended;
    t.equal(code, 3);
    t.equal(stderr, `${line}\n`);
    t.match(of(events, "conversation"), [{ application: "http", client_bytes: REQUEST.length, gaps: 0 }]);
    t.notMatch(stdout, SECRET);
    t.equal((await run(["-r", copy, "--json", "--secret-file", join(folder, "secrets")])).stdout, stdout);
  });
}

t.test("the relay stops after its packets and after its seconds", async (t) => {
  const port = await serve(t);
  const counted = start(["--relay", `0=127.0.0.1:${port}`, "--json", "-c", "4"]);
  await talk(relayPort(await counted.said(/^relaying .*$/m)));
  t.match((await counted.ended).events.at(-1), { packets: 4 });
  t.match(await run(["--relay", `0=127.0.0.1:${port}`, "--json", "--seconds", "0.2"]), {
    code: 0,
    stdout: /"packets":0/,
  });
});

t.test("events come while it runs, not only at its end", async (t) => {
  const port = await serve(t);
  const relay = start(["--relay", `0=127.0.0.1:${port}`, "--json"]);
  const told = once(relay.child.stdout, "data");
  await talk(relayPort(await relay.said(/^relaying .*$/m)));
  t.match(String((await told)[0]), /"event":"message"/);
  relay.child.kill("SIGTERM");
  await relay.ended;
});

t.test("an address in use is exit 1 with words", async (t) => {
  const port = await serve(t);
  t.match(await run(["--relay", `127.0.0.1:${port}=127.0.0.1:1`]), {
    code: 1,
    stderr: /^sniffer: cannot listen on 127\.0\.0\.1:\d+: it is in use/,
  });
});

for (const files of [{ keys: "" }, {}]) {
  const which = "keys" in files ? "empty" : "not there";
  t.test(
    `a key log that is ${which} at first opens the first connection too, and its keys come first in the file`,
    async (t) => {
      const authority = await makeAuthority();
      const { key, cert } = await makeCertificate(authority);
      const server = createTlsServer({ key, cert }, (socket) => {
        socket.on("error", () => {});
        socket.once("data", () => socket.end("HTTP/1.1 204 No\r\n\r\n"));
      }).listen(0, "127.0.0.1");
      t.teardown(() => server.close());
      await once(server, "listening");
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const folder = t.testdir(files);
      const [keys, copy] = [join(folder, "keys"), join(folder, "copy.pcapng")];
      const relay = start(["--relay", `127.0.0.1:0=127.0.0.1:${port}`, "--json", "-w", copy, "--keylog", keys]);
      const line = await relay.said(/^relaying 127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$/m);
      const socket = connectTls({
        port: relayPort(line),
        host: "127.0.0.1",
        ca: authority.cert,
        servername: "localhost",
      });
      // Somewhat late, as programs are.
      socket.on("keylog", (text: Buffer) => setTimeout(() => appendFileSync(keys, text), 20));
      socket.on("error", () => {});
      socket.once("secureConnect", () => setTimeout(() => socket.write(REQUEST), 150));
      socket.resume();
      await new Promise((resolve) => socket.once("close", resolve));
      await relay.printed((stdout) => stdout.includes("GET"));
      relay.child.kill("SIGINT");
      const { events, code, stderr } = await relay.ended;
      t.equal(code, 0);
      t.equal(stderr.includes("is not there yet"), !("keys" in files));
      t.match(of(events, "message")[0], { kind: "request", decrypted: true });
      const blocks = blockTypes(readFileSync(copy));
      t.ok(blocks.indexOf(SECRETS_BLOCK) < blocks.indexOf(PACKET_BLOCK), "as Wireshark needs them");
    },
  );
}
