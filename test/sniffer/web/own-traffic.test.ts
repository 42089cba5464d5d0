import { execFileSync } from "node:child_process";
import t from "tap";
import { withoutOwnTraffic } from "../../../src/sniffer/web/own-traffic.js";
import { of } from "../played-capture.js";
import { start } from "../sniffer-program.js";
import { ask } from "./watched-relay.js";

const live = (interfaceName: string | undefined, filter: string) =>
  withoutOwnTraffic({ kind: "live", interfaceName, backend: undefined, filter }, 8080).filter;

t.test("the loopback is captured without the page's own packets, whatever else is asked for", async (t) => {
  t.equal(live("lo", ""), "not (host 127.0.0.1 and tcp port 8080)");
  t.equal(live("lo0", "udp or tcp"), "(udp or tcp) and not (host 127.0.0.1 and tcp port 8080)");
  t.equal(live(undefined, ""), live("any", ""), "without a name it is any, where there is one");
  t.equal(live("eth0", "udp"), "udp");
  t.equal(live("bluetooth0", ""), "");
  const file = { kind: "file", path: "x" } as const;
  t.equal(withoutOwnTraffic(file, 8080), file);
});

/** Why this machine cannot capture, or false. */
function obstacle(): string | false {
  if (process.getuid?.() !== 0) return "capturing needs root";
  try {
    execFileSync("tcpdump", ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return "tcpdump is not installed";
  }
}

t.test("its address does not come back by way of the capture", { skip: obstacle() }, async (t) => {
  const sniffer = start(["-i", "lo", "--backend", "tcpdump", "--immediate-mode", "--web", "--json"], { CI: "" });
  const address = (await sniffer.said(/^live page: \S+$/m)).slice("live page: ".length);
  const { port, pathname } = new URL(address);
  await sniffer.said(/^capturing .*$/m);
  for (let count = 0; count < 5; count++) t.equal((await ask(address)).status, 200);
  sniffer.child.kill("SIGINT");
  const { code, stdout, events } = await sniffer.ended;
  t.equal(code, 0);
  t.notMatch(stdout, pathname);
  t.same(
    of(events, "conversation").filter(({ server }) => server.endsWith(`:${port}`)),
    [],
  );
});
