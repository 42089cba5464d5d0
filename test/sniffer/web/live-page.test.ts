import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { captureFile, of, play } from "../played-capture.js";
import { run, start } from "../sniffer-program.js";
import { ask, PASSWORD, watchRelay } from "./watched-relay.js";

const MAIN = fileURLToPath(new URL("../../../src/sniffer/main.js", import.meta.url));
const WEB_CONNECTIONS = 32;

function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

/** What the events say until `enough` is in them. */
async function follow(address: string, enough: string): Promise<string> {
  const [response] = (await once(get(`${address}events`, { agent: false }), "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += chunk;
    if (text.includes(enough)) break;
  }
  return text;
}

t.test("whoever has the address sees the capture; nobody else sees that there is one", async (t) => {
  const { running, address, talk } = await watchRelay(t, ["--json"]);
  t.match(address, /^http:\/\/127\.0\.0\.1:\d+\/[A-Za-z0-9_-]{43}\/$/);
  const { port, pathname } = new URL(address);
  const page = await ask(address);
  t.equal(page.status, 200);
  t.match(page.headers, {
    "content-security-policy": /default-src 'none'.*script-src 'sha256-.*connect-src 'self'.*frame-ancestors 'none'/,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
  });
  t.equal(page.headers["access-control-allow-origin"], undefined);
  const strangers = [
    ask(`http://127.0.0.1:${port}/`),
    ask(`http://127.0.0.1:${port}/events`),
    ask(`http://127.0.0.1:${port}/${"A".repeat(43)}/`),
    ask(`http://127.0.0.1:${port}/${"A".repeat(43)}/`, { method: "POST" }),
    ask(address, { headers: { host: "evil.example" } }),
    ask(address, { headers: { host: `evil.example:${port}` } }),
    ask(address, { headers: { host: "evil.example" }, method: "POST" }),
    ask(address, { path: `${address}` }),
  ];
  const refusals = (await Promise.all(strangers)).map(({ status, headers: { date: _, ...headers }, body }) =>
    JSON.stringify({ status, headers, body: body.toString() }),
  );
  t.equal(new Set(refusals).size, 1, "all are told the same");
  t.match(refusals[0], /"status":404/);
  t.equal((await ask(`${address}conversation/99`)).status, 404);
  t.equal((await ask(`${address}conversation/..%2f0`)).status, 404);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"])
    t.equal((await ask(address, { method })).status, 405, method);
  const bare = await ask(address.slice(0, -1));
  t.equal(new URL(bare.headers.location ?? "", address.slice(0, -1)).href, address);
  const head = await ask(address, { method: "HEAD" });
  t.match([head.status, head.body.length], [200, 0]);
  t.equal((await ask(address, { headers: { host: `localhost:${port}` } })).status, 200);

  await talk("/first");
  t.match(await follow(address, '"application":"http"'), /^event: update\ndata: \{"head":/);
  running.child.kill("SIGINT");
  const { code, stdout, stderr } = await running.ended;
  t.equal(code, 0, "nobody sits at a terminal: it does not stay");
  t.match(of((await running.ended).events, "conversation"), [{ application: "http" }]);
  t.notMatch(stdout, pathname);
  t.equal(stderr.split(pathname).length, 2, "the address is told once");
});

t.test("conversation, report and packets as of now; nothing of it is the password", async (t) => {
  const { running, address, talk } = await watchRelay(t, ["--json"]);
  await talk("/first");
  await follow(address, '"secrets":1');
  const detail = await ask(`${address}conversation/0`);
  t.match(JSON.parse(detail.body.toString()), { row: { id: 0, application: "http", secrets: 1 }, samples: [{}, {}] });
  const report = await ask(`${address}report.html`);
  t.match(report.headers, {
    "content-type": "text/html; charset=utf-8",
    "content-disposition": /^attachment; filename="earshot-\d{8}-\d{6}\.html"$/,
  });
  t.match(report.body.toString(), /<h1>A man in the middle could read/);
  t.notMatch(report.body.toString(), new URL(address).pathname, "a report that is passed on does not let in");
  const capture = await ask(`${address}capture.pcapng`);
  t.match(capture.headers, { "content-disposition": /^attachment; filename="earshot-\d{8}-\d{6}\.pcapng"$/ });
  running.child.kill("SIGTERM");
  const { events, stdout } = await running.ended;
  const back = await run(["-r", "-", "--json"], capture.body);
  t.equal(back.stdout, stdout, "they read back as they were seen");
  t.ok(of(events, "finding").length > 0);
  const encoded = Buffer.from(`alice:${PASSWORD}`).toString("base64");
  const shown = [detail.body, report.body].map(String).join("");
  for (const secret of [PASSWORD, encoded, Buffer.from(encoded).toString("base64").slice(0, 20)])
    t.notMatch(shown, secret);
  t.match(capture.body.toString("latin1"), "readable: password", "its packets have their comments");
});

t.test("many connections are refused, and it goes on when they go", async (t) => {
  const { address } = await watchRelay(t);
  const port = Number(new URL(address).port);
  const sockets = Array.from({ length: WEB_CONNECTIONS + 20 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  const closed = sockets.map((socket) => closing(socket));
  // Whoever is above the limit is closed at once.
  await Promise.any(closed);
  for (const socket of sockets) socket.destroy();
  await Promise.all(closed);
  for (;;) {
    const status = await ask(address).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const flood = connect(port, "127.0.0.1").on("error", () => {});
  flood.write(`GET /${"x".repeat(100_000)}`);
  await closing(flood.resume());
  t.equal((await ask(address)).status, 200, "a request without an end is cut off");
});

t.test("a file is a page too; the address in use is exit 1 with words", async (t) => {
  const file = join(t.testdir({}), "a.pcapng");
  writeFileSync(file, captureFile(play([["client", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"]])));
  const reading = start(["-r", file, "--web"]);
  const address = (await reading.said(/^live page: \S+$/m)).slice("live page: ".length);
  const told = await follow(address, "event: end");
  t.match(told, '"live":false');
  t.match(told, '"application":"http"');
  t.match(await run(["-r", file, `--web=${new URL(address).port}`]), {
    code: 1,
    stderr: /cannot serve the page on port \d+: it is in use; --web alone takes a free one/,
  });
  reading.child.kill("SIGINT");
  t.equal((await reading.ended).code, 0);
});

t.test(
  "on a terminal it stays until Ctrl-C",
  { skip: !existsSync("/usr/bin/script") && "no script(1) here" },
  async (t) => {
    const file = join(t.testdir({}), "a.pcapng");
    writeFileSync(file, captureFile(play([["client", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"]])).subarray(0, -20));
    const { CI: _, ...env } = process.env;
    // With exec, since a shell that stays in between hears Ctrl-C too, and some then tell of that and not of the exit status.
    const command = `exec ${process.execPath} ${MAIN} -r ${file} --web`;
    const terminal = spawn("/usr/bin/script", ["-qec", command, "/dev/null"], {
      env: { ...env, SHELL: "/bin/sh", TERM: "xterm" },
    });
    let text = "";
    terminal.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    while (!text.includes("the page stays until Ctrl-C")) await once(terminal.stdout, "data");
    const [, address = "", shown] = text.split("\u001b]8;;").map((part) => part.split("\u001b\\")[0]);
    t.equal(shown, "", "a link that a terminal opens");
    t.equal((await ask(address)).status, 200);
    terminal.stdin.write("\x03");
    const [code] = await once(terminal, "exit");
    t.equal(code, 4, "the input was damaged, as ever");
  },
);
