import t from "tap";
import { decodeFailure, missingBackend } from "../../../src/sniffer/capture/live-failure.js";

const failed = (text: string, backend: "cap" | "tcpdump" = "cap") =>
  decodeFailure({ interfaceName: "eth9", filter: "tcp prot 1", backend, text, known: ["lo", "eth0"] });

t.test("what libpcap says becomes what the person can do", async (t) => {
  t.match(failed("eth9: No such device exists (SIOCGIFHWADDR: No such device)"), {
    code: "no_such_interface",
    message: 'there is no interface "eth9"; there are: lo, eth0',
  });
  t.match(failed("socket: Operation not permitted"), { code: "no_permission", message: /setcap .*node/ });
  t.match(failed("tcpdump: eth9: You don't have permission to capture on that device", "tcpdump"), {
    code: "no_permission",
    message: /setcap .*tcpdump/,
  });
  t.match(failed("syntax error"), { code: "bad_filter", message: /"tcp prot 1"/ });
  t.match(failed("tcpdump: something\n  else entirely"), {
    code: "backend_failed",
    message: "cannot capture on eth9 with cap: something else entirely",
  });
});

t.test("without any backend it says what to install and what works without", async (t) => {
  const { code, message } = missingBackend(["cap: gone", "tcpdump: gone"], undefined);
  t.equal(code, "no_backend");
  for (const word of ["apt-get install tcpdump", "npm install cap", "--relay", "-r FILE"]) t.match(message, word);
  t.match(missingBackend(["x"], "tcpdump").message, /^tcpdump is not here/);
});
