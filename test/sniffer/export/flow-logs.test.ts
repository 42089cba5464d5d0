import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { CaptureWriter } from "../../../src/sniffer/capture/capture-writer.js";
import { CLIENT, ipv4, SERVER, udp } from "../packet/packet-bytes.js";
import { captureFile, numbered, play } from "../played-capture.js";
import { run } from "../sniffer-program.js";
import { logOf } from "./zeek-log.js";

const CAPTURES = "test/fixtures/captures";
const folder = t.testdir({});

t.test("Zeek's logs of TLS 1.2: states, counts, and what the handshake showed", async (t) => {
  const { code, stdout } = await run(["-r", `${CAPTURES}/illustrated-tls12/capture.pcap`, "--format", "zeek"]);
  t.equal(code, 0);
  t.match(logOf(stdout, "conn"), [
    {
      proto: "tcp",
      service: "ssl",
      conn_state: "SF",
      history: "ShAaDdFf",
      missed_bytes: "0",
      ip_proto: "6",
      tunnel_parents: "-",
    },
  ]);
  t.match(logOf(stdout, "ssl"), [
    {
      version: "TLSv12",
      cipher: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
      curve: "x25519",
      server_name: "example.ulfheim.net",
      resumed: "F",
      established: "T",
      ssl_history: "CsxknGIi",
      client_cert_chain_fps: "(empty)",
      sni_matches_cert: "T",
    },
  ]);
  const [conn] = logOf(stdout, "conn");
  const [ssl] = logOf(stdout, "ssl");
  t.equal(conn?.["uid"], ssl?.["uid"], "both are about the same connection");
  t.match(conn?.["uid"], /^C[0-9A-Za-z]{17}$/);
  t.match(ssl?.["cert_chain_fps"], /^[0-9a-f]{64}/);
  t.equal(stdout.split("\n").filter((line) => line.startsWith("#close")).length, 2);
});

t.test("TLS 1.3 shows no certificate, with keys neither: other tools have none", async (t) => {
  const keys = ["--keylog", `${CAPTURES}/illustrated-tls13/keylog.txt`];
  for (const more of [[], keys]) {
    const capture = `${CAPTURES}/illustrated-tls13/capture.pcap`;
    const { stdout } = await run(["-r", capture, "--format", "zeek", ...more]);
    t.match(logOf(stdout, "ssl"), [
      { version: "TLSv13", curve: "x25519", established: "T", ssl_history: "CsiI", cert_chain_fps: "-" },
    ]);
  }
});

t.test("as files, what nothing was written to is not made", async (t) => {
  const capture = join(folder, "http.pcapng");
  writeFileSync(
    capture,
    captureFile(
      play([
        ["client", "GET / HTTP/1.1\r\n\r\n"],
        ["server", "HTTP/1.1 204 No\r\n\r\n"],
      ]),
    ),
  );
  const logs = join(folder, "logs");
  const { code, stdout } = await run(["-r", capture, "--format", "zeek", "--log-dir", logs]);
  t.same([code, stdout], [0, ""]);
  t.match(logOf(readFileSync(join(logs, "conn.log"), "utf8"), "conn"), [
    { service: "http", orig_bytes: "18", resp_bytes: "19", conn_state: "SF", local_orig: "T" },
  ]);
  t.throws(() => readFileSync(join(logs, "ssl.log")));
  t.match(await run(["-r", capture, "--format", "zeek", "--log-dir", `${capture}/x`]), {
    code: 1,
    stderr: /cannot write to/,
  });
});

t.test("datagrams, pings, and what is silent for a minute", async (t) => {
  const said = (port: number, seconds: number, answers: boolean) => ({ port, seconds, answers });
  const frames = [said(5000, 0, false), said(5000, 1, true), said(5000, 100, false)].map(
    ({ port, seconds, answers }) => ({
      seconds,
      bytes: datagram(answers ? 53 : port, answers ? port : 53, Buffer.from("abcd"), answers),
    }),
  );
  const pings = [8, 0].map((type, index) => ({ seconds: 200 + index, bytes: ping(type, index === 1) }));
  const capture = join(folder, "udp.pcapng");
  writeFileSync(capture, timed([...frames, ...pings]));
  const { stdout } = await run(["-r", capture, "--format", "zeek"]);
  t.match(logOf(stdout, "conn"), [
    {
      proto: "udp",
      service: "dns",
      duration: "1.000000",
      orig_bytes: "4",
      resp_bytes: "4",
      conn_state: "SF",
      history: "Dd",
    },
    { proto: "udp", duration: "-", orig_bytes: "-", conn_state: "S0", history: "D", orig_pkts: "1", resp_pkts: "0" },
    {
      proto: "icmp",
      "id.orig_p": "8",
      "id.resp_p": "0",
      orig_bytes: "4",
      resp_bytes: "4",
      conn_state: "OTH",
      history: "-",
    },
  ]);
});

t.test("a ping that never rests does not keep others from being over", async (t) => {
  const steady = [0, 50, 100, 150, 200].map((seconds) => ({ seconds, bytes: ping(8, false) }));
  const other = [5, 155].map((seconds) => ({ seconds, bytes: ping(13, false) }));
  const capture = join(folder, "pings.pcapng");
  writeFileSync(capture, timed([...steady, ...other].sort((left, right) => left.seconds - right.seconds)));
  const { stdout } = await run(["-r", capture, "--format", "zeek"]);
  t.same(
    logOf(stdout, "conn").map((line) => [line["id.orig_p"], line["orig_pkts"]]),
    [
      ["13", "1"],
      ["13", "1"],
      ["8", "5"],
    ],
  );
});

t.test("eve.json writes IPv6 out, and counts age by the clock's whole seconds", async (t) => {
  const { stdout } = await run(["-r", `${CAPTURES}/illustrated-tls12/capture.pcap`, "--format", "eve"]);
  const [tls] = stdout.trim().split("\n");
  const loopback = "0000:0000:0000:0000:0000:0000:0000:0001";
  t.match(JSON.parse(tls ?? ""), { src_ip: loopback, dest_ip: loopback });
  const capture = join(folder, "age.pcapng");
  const bytes = datagram(5000, 53, Buffer.from("abcd"), false);
  writeFileSync(capture, timed([0.4, 1.95].map((seconds) => ({ seconds, bytes }))));
  const flow = JSON.parse((await run(["-r", capture, "--format", "eve"])).stdout);
  t.equal(flow.flow.age, 1);
});

t.test("ICMP is told in eve.json too, and a packet that came in fragments as the one it was", async (t) => {
  const request = Uint8Array.of(8, 0, 0, 0, 0, 1, 0, 1, ...new Uint8Array(40).fill(201));
  const fragment = (fields: number, part: Uint8Array) =>
    ipv4({ protocol: 1, identification: 7, fragment: fields }, part);
  const capture = join(folder, "fragments.pcapng");
  const packets = [fragment(0x2000, request.subarray(0, 32)), fragment(4, request.subarray(32)), ping(0, true)];
  writeFileSync(capture, timed(packets.map((bytes, index) => ({ seconds: index, bytes }))));
  const flow = JSON.parse((await run(["-r", capture, "--format", "eve"])).stdout);
  t.match(flow, { proto: "ICMP", icmp_type: 8, icmp_code: 0, response_icmp_type: 0, response_icmp_code: 0 });
  t.match(flow.flow, {
    pkts_toserver: 1,
    pkts_toclient: 1,
    bytes_toserver: 68,
    bytes_toclient: 32,
    state: "established",
  });
  const [line] = logOf((await run(["-r", capture, "--format", "zeek"])).stdout, "conn");
  t.match(line, { "id.orig_p": "8", orig_ip_bytes: "68", orig_bytes: "40" });
});

t.test("eve.json gives packets that have no time the first second of 1970", async (t) => {
  const { stdout } = await run(["-r", `${CAPTURES}/pcapng-more/test010-le.pcapng`, "--format", "eve"]);
  const [flow] = stdout.trim().split("\n");
  const timestamp = "1970-01-01T00:00:00.000000+0000";
  t.match(JSON.parse(flow ?? ""), { timestamp, flow: { start: timestamp, end: timestamp, age: 0 } });
});

t.test("eve.json: a handshake and a flow, under one id", async (t) => {
  const { code, stdout } = await run(["-r", `${CAPTURES}/illustrated-tls12/capture.pcap`, "--format", "eve"]);
  t.equal(code, 0);
  const [tls, flow] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  t.match(tls, {
    timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+0000$/,
    event_type: "tls",
    proto: "TCP",
    tls: {
      subject: "C=US, CN=example.ulfheim.net",
      serial: /^[0-9A-F]{2}(:[0-9A-F]{2})*$/,
      fingerprint: /^[0-9a-f]{2}(:[0-9a-f]{2}){19}$/,
      sni: "example.ulfheim.net",
      version: "TLS 1.2",
      notbefore: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/,
      ja3: { hash: /^[0-9a-f]{32}$/, string: /^771,/ },
      ja3s: { hash: /^[0-9a-f]{32}$/ },
      ja4: /^t12d/,
    },
  });
  t.match(flow, {
    event_type: "flow",
    app_proto: "tls",
    flow: { state: "closed", reason: "shutdown", alerted: false },
    tcp: { tcp_flags: "1b", syn: true, fin: true, ack: true, state: "closed" },
    community_id: /^1:/,
  });
  t.equal(tls.flow_id, flow.flow_id);
  t.equal(tls.pcap_cnt, 8, "the packet that acknowledged the certificate in packet 7");
  t.ok(Number.isSafeInteger(flow.flow_id));
});

t.test("usage", async (t) => {
  for (const args of [
    ["--format", "xml"],
    ["--format", "zeek", "--json"],
    ["--format", "eve", "--packets"],
    ["--log-dir", "x"],
    ["--format", "eve", "--log-dir", "x"],
  ]) {
    t.equal((await run(["-r", "x", ...args])).code, 2, args.join(" "));
  }
  t.match(await run(["-r", `${CAPTURES}/illustrated-tls12/capture.pcap`, "--format", "json"]), {
    stdout: /^\{"event"/,
  });
});

function between(protocol: number, payload: Uint8Array, back: boolean): Uint8Array {
  return ipv4({ protocol, ...(back && { source: SERVER, destination: CLIENT }) }, payload);
}

function datagram(from: number, to: number, payload: Uint8Array, back: boolean): Uint8Array {
  return between(17, udp([from, to], payload), back);
}

function ping(type: number, back: boolean): Uint8Array {
  return between(1, Uint8Array.of(type, 0, 0, 0, 0, 1, 0, 1, 1, 2, 3, 4), back);
}

/** A capture of raw IP packets at those times. */
function timed(packets: readonly { seconds: number; bytes: Uint8Array }[]): Buffer {
  const writer = new CaptureWriter();
  const written = numbered(packets.map(({ bytes }) => bytes)).map((packet, index) => {
    const seconds = 1_700_000_000 + (packets[index]?.seconds ?? 0);
    return writer.packet({
      ...packet,
      seconds: Math.floor(seconds),
      nanoseconds: Math.round((seconds % 1) * 1e6) * 1e3,
    });
  });
  return Buffer.concat([writer.head(), ...written]);
}
