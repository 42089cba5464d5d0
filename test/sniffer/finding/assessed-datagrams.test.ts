// What-if over datagrams: QUIC's sample handshake (RFC 9001 appendix A), and DTLS whose hello is sent again.
import t from "tap";
import type { AssessmentEvent, SnifferEvent } from "../../../src/sniffer/event.js";
import { newAssessor } from "../../../src/sniffer/finding/assessment.js";
import { DtlsObserver } from "../../../src/sniffer/tls/dtls-observer.js";
import { QuicObserver } from "../../../src/sniffer/tls/quic-observer.js";
import { CLIENT_INITIAL, SERVER_INITIAL } from "../../fixtures/tls/rfc9001-packets.js";
import { clientHelloBody, serverHelloBody, u16s, vector } from "../tls/hello-bytes.js";
import { watchDatagrams } from "../tls/watched-datagrams.js";

const assessorFor = (transport: "quic" | "dtls") => newAssessor({ transport, midstream: false, now: () => null });

function assessmentOf(events: readonly SnifferEvent[]): AssessmentEvent {
  const [assessment, ...more] = events.filter((event) => event.event === "assessment");
  if (assessment === undefined || more.length > 0) throw new Error("one assessment was expected");
  return assessment;
}

const ratings = ({ statements }: AssessmentEvent) =>
  Object.fromEntries(statements.map(({ topic, rating }) => [topic, rating]));

t.test("QUIC is judged by its hellos", async (t) => {
  const make = (talk: ConstructorParameters<typeof QuicObserver>[0]) =>
    new QuicObserver(talk, { assessor: assessorFor("quic") });
  const { events } = watchDatagrams(make, [
    { side: "client", bytes: CLIENT_INITIAL },
    { side: "server", bytes: SERVER_INITIAL },
  ]);
  const assessment = assessmentOf(events);
  t.match(ratings(assessment), { version: "good", forward_secrecy: "good", post_quantum: "weak", server_name: "weak" });
  t.equal(assessment.frame, 2);
  t.match(assessment.statements[0]?.text, "QUIC with TLS 1.3");
});

function record(type: number, fragment: Uint8Array, epoch = 0): Uint8Array {
  return Buffer.concat([Buffer.from([type]), u16s(0xfefd, epoch, 0, 0, 5), vector(2, fragment)]);
}

function message(type: number, number: number, body: Uint8Array): Uint8Array {
  const length = vector(3, body).subarray(0, 3);
  return record(0x16, Buffer.concat([Buffer.from([type]), length, u16s(number), Buffer.alloc(3), length, body]));
}

t.test("DTLS is judged too, and a hello that is sent again is no renegotiation", async (t) => {
  const plain = clientHelloBody({ legacyVersion: 0xfefd, cipherSuites: [0x002f] });
  const hello = Buffer.concat([plain.subarray(0, 35), vector(1), plain.subarray(35)]);
  const answer = serverHelloBody({ legacyVersion: 0xfefd, cipherSuite: 0x002f });
  const make = (talk: ConstructorParameters<typeof DtlsObserver>[0]) =>
    new DtlsObserver(talk, { assessor: assessorFor("dtls") });
  const { events } = watchDatagrams(make, [
    { side: "client", bytes: message(1, 0, hello) },
    { side: "server", bytes: Buffer.concat([message(2, 0, answer), message(14, 1, Buffer.alloc(0))]) },
    { side: "client", bytes: message(1, 0, hello) },
    { side: "client", bytes: Buffer.concat([message(16, 1, Buffer.alloc(130)), record(0x14, Buffer.from([1]))]) },
    { side: "client", bytes: record(0x17, Buffer.alloc(30), 1) },
  ]);
  const assessment = assessmentOf(events);
  t.match(ratings(assessment), { version: "good", forward_secrecy: "bad", renegotiation: "weak" });
  t.ok(assessment.readers.some(({ who, can }) => who === "whoever gets the server's private key" && can === "read"));
  t.notOk(assessment.statements.some(({ text }) => text.includes("was renegotiated")));
});
