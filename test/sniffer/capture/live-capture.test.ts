import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { connect as connectTls } from "node:tls";
import t from "tap";
import { type CaptureInterface, listInterfaces } from "../../../src/sniffer/capture/live-interfaces.js";
import type { SnifferEvent } from "../../../src/sniffer/event.js";
import { of } from "../played-capture.js";
import { run, start } from "../sniffer-program.js";

const BACKENDS = ["cap", "tcpdump"] as const;
const request = "GET /live HTTP/1.1\r\nAuthorization: Basic Ym9iOmh1bnRlcjI=\r\n\r\n";
const answer = "HTTP/1.1 204 No\r\n\r\n";

/** Why this machine cannot capture with the backend, or false: a test's skip option. */
async function obstacle(backend: (typeof BACKENDS)[number]): Promise<string | false> {
  if (process.getuid?.() !== 0) return "capturing needs root";
  if (backend === "tcpdump") {
    try {
      execFileSync("tcpdump", ["--version"], { stdio: "ignore" });
      return false;
    } catch {
      return "tcpdump is not installed";
    }
  }
  const { code, stderr } = await run(["-i", "lo", "--backend", "cap", "--seconds", "0.1"]);
  return code === 0 ? false : `cap cannot capture here: ${stderr}`;
}

async function talk(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  await once(socket, "data");
  socket.end();
  await once(socket, "close");
}

/** The packets have all been read: each side has said that it ends, and the last of them has been acknowledged. */
const told = (conversations: number) => (stdout: string) => {
  const flags = stdout.match(/"flags":"[A-Z,]*"/g) ?? [];
  const ends = flags.flatMap((one, at) => (one.includes("FIN") ? [at] : []));
  return ends.length >= 2 * conversations && (ends.at(-1) ?? 0) < flags.length - 1;
};

/** What must be the same whoever captured: all but ports, ids and hashes. */
const gist = (events: readonly SnifferEvent[]) => ({
  messages: of(events, "message").map(({ kind, frame, fields }) => [kind, frame, fields]),
  findings: of(events, "finding").map(({ what, value, evidence }) => [what, value, evidence]),
  conversations: of(events, "conversation").map(({ client_bytes, server_bytes, state, first_frame, last_frame }) => [
    client_bytes,
    server_bytes,
    state,
    first_frame,
    last_frame,
  ]),
  summary: events.at(-1),
});

const obstacles = { cap: await obstacle("cap"), tcpdump: await obstacle("tcpdump") };
const gists: ReturnType<typeof gist>[] = [];

for (const backend of BACKENDS) {
  t.test(
    `${backend} captures a conversation on lo, filtered, until it is told to stop`,
    { skip: obstacles[backend] },
    async (t) => {
      const server = createServer((socket) => socket.once("data", () => socket.write(answer))).listen(0, "127.0.0.1");
      t.teardown(() => server.close());
      await once(server, "listening");
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const sniffer = start(["-i", "lo", "--backend", backend, "--json", "--packets", "tcp", "port", `${port}`]);
      await sniffer.said(/capturing on lo with/);
      await talk(port);
      await sniffer.printed(told(1));
      sniffer.child.kill("SIGTERM");
      const { code, events, stderr } = await sniffer.ended;
      t.equal(code, 0);
      t.equal(stderr, `capturing on lo with ${backend}\n`);
      t.match(of(events, "conversation"), [
        { application: "http", client_bytes: request.length, server_bytes: answer.length, gaps: 0 },
      ]);
      gists.push(gist(events));
    },
  );

  t.test(`${backend} stops after -c packets and after its seconds`, { skip: obstacles[backend] }, async (t) => {
    const server = createServer((socket) => socket.once("data", () => socket.write(answer))).listen(0, "127.0.0.1");
    t.teardown(() => server.close());
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const sniffer = start([
      "-i",
      "lo",
      "--backend",
      backend,
      "--json",
      "-c",
      "3",
      "-s",
      "80",
      "tcp",
      "port",
      String(port),
    ]);
    await sniffer.said(/capturing/);
    await talk(port);
    t.match((await sniffer.ended).events.at(-1), { packets: 3 });
    t.match(await run(["-i", "lo", "--backend", backend, "--seconds", "0.3", "--json", "udp port 1"]), {
      code: 0,
      stdout: /"packets":0/,
    });
  });

  t.test(`${backend} says what is wrong`, { skip: obstacles[backend] }, async (t) => {
    t.match(await run(["-i", "nope0", "--backend", backend]), {
      code: 1,
      stderr: /no interface "nope0"; there are: .*\blo\b/,
    });
    t.match(await run(["-i", "lo", "--backend", backend, "no", "such", "filter"]), {
      code: 1,
      stderr: /filter "no such filter"/,
    });
  });
}

t.test("both ways of capturing tell the same", { skip: obstacles.cap || obstacles.tcpdump }, async (t) => {
  t.same(gists[0], gists[1]);
});

t.test("both at the same time see the same bytes", { skip: obstacles.cap || obstacles.tcpdump }, async (t) => {
  const server = createServer((socket) => socket.once("data", () => socket.write(answer))).listen(0, "127.0.0.1");
  t.teardown(() => server.close());
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const sniffers = BACKENDS.map((backend) =>
    start(["-i", "lo", "--backend", backend, "--json", "--packets", `tcp port ${port}`]),
  );
  for (const sniffer of sniffers) await sniffer.said(/capturing on lo with/);
  for (let round = 0; round < 3; round += 1) await talk(port);
  // A server that speaks no TLS: the hello is on the wire all the same.
  const hello = connectTls({ port, host: "127.0.0.1", servername: "both.example" });
  hello.on("error", () => {});
  await new Promise((resolve) => hello.once("close", resolve));
  const ended = await Promise.all(
    sniffers.map(async (sniffer) => {
      await sniffer.printed(told(4));
      sniffer.child.kill("SIGTERM");
      return await sniffer.ended;
    }),
  );
  const [left, right] = ended.map(({ events }) => events.filter(({ event }) => event !== "packet"));
  t.same(left, right);
  t.equal(of(left ?? [], "conversation").length, 4);
  t.match(of(left ?? [], "client_hello"), [{ sni: "both.example" }]);
});

t.test("without a backend it says what to install, and files are still read", async (t) => {
  const nowhere = { PATH: t.testdir({}) };
  t.match(await run(["-i", "lo", "--backend", "tcpdump"], undefined, nowhere), {
    code: 1,
    stderr: /tcpdump is not here[\s\S]*apt-get install tcpdump/,
  });
});

t.test("interfaces are listed, whatever there is to list them with", async (t) => {
  const names = (await listInterfaces()).map(({ name }: CaptureInterface) => name);
  t.ok(names.includes("lo") || names.includes("lo0"));
  t.match(await run(["--list"]), { code: 0, stdout: /^lo0? +127\.0\.0\.1/m });
});
