// What Zeek's and Suricata's logs say of handshakes that our captures do not have.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { captureFile, play, type Said } from "../played-capture.js";
import { run } from "../sniffer-program.js";
import { clientHelloRecord, extension, handshake, record, serverHelloRecord, vector } from "../tls/hello-bytes.js";
import { NO_OPENSSL } from "../tls/openssl-talk.js";
import { logOf } from "./zeek-log.js";

const folder = t.testdir({});

t.test("names from the wire are told once escaped, in both formats", async (t) => {
  const hello = clientHelloRecord({
    extensions: [extension.serverName("zwölf\\\n.example"), extension.alpn("h\u202e")],
  });
  const capture = join(folder, "names.pcapng");
  writeFileSync(
    capture,
    captureFile(
      play([
        ["client", hello],
        ["server", serverHelloRecord()],
      ]),
    ),
  );
  const [line] = logOf((await run(["-r", capture, "--format", "zeek"])).stdout, "ssl");
  t.equal(line?.["server_name"], "zwölf\\\\\\x0a.example");
  const [tls] = (await run(["-r", capture, "--format", "eve"])).stdout.split("\n");
  t.match(JSON.parse(tls ?? ""), { pkt_src: "wire/pcap", tls: { client_alpns: ["h\\xe2\\x80\\xae"] } });
});

t.test("a ticket without any session id resumes, where no new keys were asked for", async (t) => {
  const hello = clientHelloRecord({ extensions: [extension.other(0x23, Buffer.alloc(16, 1))] });
  const changed = record(0x14, Buffer.from([1]));
  const sealed = record(0x16, Buffer.alloc(40, 0xee));
  const server = Buffer.concat([serverHelloRecord({ cipherSuite: 0xc02f }), changed, sealed]);
  const capture = join(folder, "ticket.pcapng");
  writeFileSync(
    capture,
    captureFile(
      play([
        ["client", hello],
        ["server", server],
        ["client", Buffer.concat([changed, sealed])],
      ]),
    ),
  );
  const [line] = logOf((await run(["-r", capture, "--format", "zeek"])).stdout, "ssl");
  t.match(line, { resumed: "T", ssl_history: "CsiI", established: "T" });
  const [tls] = (await run(["-r", capture, "--format", "eve"])).stdout.split("\n");
  t.equal(JSON.parse(tls ?? "").tls.session_resumed, true);
});

t.test("eve.json leaves out that TLS 1.3 was resumed, as Suricata does", async (t) => {
  const hello = clientHelloRecord({ extensions: [extension.versions(0x0304)] });
  const answer = serverHelloRecord({
    extensions: [extension.chosenVersion(0x0304), extension.other(0x29, Buffer.alloc(2))],
  });
  const capture = join(folder, "psk.pcapng");
  writeFileSync(
    capture,
    captureFile(
      play([
        ["client", hello],
        ["server", answer],
      ]),
    ),
  );
  t.match(logOf((await run(["-r", capture, "--format", "zeek"])).stdout, "ssl"), [{ resumed: "T" }]);
  const [tls] = (await run(["-r", capture, "--format", "eve"])).stdout.split("\n");
  t.equal(JSON.parse(tls ?? "").tls.session_resumed, undefined);
});

t.test(
  "eve.json has a certificate's serial as its bytes are, and names as Suricata calls them",
  { skip: NO_OPENSSL },
  async (t) => {
    const der = readCertificate(t.testdir({}));
    const chain = vector(3, vector(3, der), vector(3, der));
    const server = [serverHelloRecord({ cipherSuite: 0xc02f }), record(0x16, handshake(0x0b, chain))];
    const capture = join(folder, "chain.pcapng");
    writeFileSync(
      capture,
      captureFile(
        play([
          ["client", clientHelloRecord()],
          ["server", Buffer.concat(server)],
        ]),
      ),
    );
    const [tls] = (await run(["-r", capture, "--format", "eve"])).stdout.split("\n");
    const subject = "O=Less, more, CN=p < q, Email=info@example.org, streetAddress=1 Main St";
    t.match(JSON.parse(tls ?? ""), { tls: { serial: "00:F4:A7:2F", subject, issuerdn: subject } });
  },
);

/** With a serial number whose first bit is set, and what names are escaped for. */
function readCertificate(folder: string): Buffer {
  const subject = "/O=Less, more/CN=p < q/emailAddress=info@example.org/street=1 Main St";
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-set_serial", "0xF4A72F"];
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.der"), "-outform", "DER"];
  execFileSync("openssl", ["req", "-x509", "-nodes", ...kind, "-subj", subject, ...files], { stdio: "ignore" });
  return readFileSync(join(folder, "cert.der"));
}

t.test("what was spoken before STARTTLS stands before ssl", async (t) => {
  const capture = join(folder, "starttls.pcapng");
  const talk: Said[] = [
    ["server", "220 mail ESMTP\r\n"],
    ["client", "EHLO x\r\n"],
    ["server", "250-mail\r\n250 STARTTLS\r\n"],
    ["client", "STARTTLS\r\n"],
    ["server", "220 go\r\n"],
    ["client", clientHelloRecord()],
    ["server", serverHelloRecord()],
  ];
  writeFileSync(capture, captureFile(play(talk, { serverPort: 25 })));
  const { stdout } = await run(["-r", capture, "--format", "zeek"]);
  t.match(logOf(stdout, "conn"), [{ service: "smtp,ssl" }]);
});
