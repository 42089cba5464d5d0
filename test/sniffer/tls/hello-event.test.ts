// What is kept of one hello must not be told of another that differs in anything.
import t from "tap";
import type { ClientHello } from "../../../src/sniffer/tls/client-hello.js";
import { groupName } from "../../../src/sniffer/tls/group-names.js";
import { clientHelloEvent } from "../../../src/sniffer/tls/hello-event.js";
import { ja3 } from "../../../src/sniffer/tls/ja3.js";
import { type Ja4Transport, ja4 } from "../../../src/sniffer/tls/ja4.js";
import { hex16 } from "../../../src/sniffer/tls/printable.js";
import { signatureSchemeName } from "../../../src/sniffer/tls/signature-scheme-names.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";

const random = new RandomSource(chooseSeed());
const list = (choices: readonly [number, ...number[]]) =>
  Array.from({ length: random.below(4) }, () => random.pick(choices));

function randomHello(): ClientHello {
  return {
    legacyVersion: random.pick([0x0301, 0x0303]),
    random: new Uint8Array(32),
    sessionId: new Uint8Array(random.below(2)),
    cipherSuites: list([0x1301, 0x1302, 0x0a0a, 13]),
    extensions: list([0, 16, 41, 42, 43, 0xfe0d, 13]),
    serverName: null,
    alpn: list([1, 12, 121]).map((byte) => Uint8Array.of(byte, 2)),
    supportedVersions: random.chance(0.3) ? null : list([0x0304, 0x0303]),
    groups: list([29, 23, 13]),
    pointFormats: list([0, 1]),
    signatureAlgorithms: list([0x0403, 13]),
    keyShares: list([29]),
    blemishes: [],
  };
}

t.test("each of many hellos, alike and not, is told as what it is", async (t) => {
  t.comment(`seed ${random.seed}`);
  for (let round = 0; round < 20_000; round++) {
    const hello = randomHello();
    const transport = random.pick<Ja4Transport>(["t", "q", "d"]);
    const event = clientHelloEvent(hello, { conversation: 1, frame: 2 }, transport);
    const same =
      event.ja3 === ja3(hello) &&
      event.ja4 === ja4(hello, transport) &&
      `${event.cipher_suites}` === `${hello.cipherSuites.map(hex16)}` &&
      `${event.groups}` === `${hello.groups.map(groupName)}` &&
      `${event.signature_algorithms}` === `${hello.signatureAlgorithms.map(signatureSchemeName)}` &&
      event.psk === hello.extensions.includes(41) &&
      event.early_data === hello.extensions.includes(42) &&
      event.ech === hello.extensions.includes(0xfe0d);
    if (!same) t.fail(JSON.stringify({ hello, event }));
    event.cipher_suites.push("not the next one's");
  }
});
