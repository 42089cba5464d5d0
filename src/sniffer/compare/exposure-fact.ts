// What an event says that is exposed, in words that are the same in every run: without packets, addresses, ports, counts.
import { isEncryptedApplication } from "../encrypted-application.js";
import type { FindingEvent, ServerHelloEvent, SnifferEvent } from "../event.js";
import { cipherSuiteName } from "../tls/cipher-suite-names.js";
import { versionName } from "../tls/names.js";

/**
 * "readable": content that anyone on the wire reads; "weaker": TLS that can be broken, or opened later; "told": what is
 * told beside the content; "unknown": not understood here; "damaged": what is missing, so that its absence proves nothing.
 */
export type FactKind = "readable" | "weaker" | "told" | "unknown" | "damaged";

export interface ExposureFact {
  readonly kind: FactKind;
  readonly what: string;
}

const TLS12 = 0x0303;
const TLS13 = 0x0304;

export function factsOf(event: SnifferEvent): ExposureFact[] {
  switch (event.event) {
    case "finding":
      return findingFacts(event);
    case "message":
      if (event.decrypted === true || event.method === null) return [];
      return [{ kind: "readable", what: `${event.kind} of ${event.method}` }];
    case "conversation":
      return applicationFacts(event.application, event.client_bytes + event.server_bytes);
    case "server_hello":
      return event.hello_retry ? [] : helloFacts(event);
    case "client_hello":
      return event.versions
        .map(Number)
        .filter(isOldVersion)
        .map((version) => ({ kind: "weaker", what: `a client offers ${versionName(version)}` }));
    case "assessment":
      return event.statements
        .filter(({ rating }) => rating === "bad" || rating === "weak")
        .map(({ topic, text }) => ({ kind: "weaker", what: `${topic.replaceAll("_", " ")}: ${countless(text)}` }));
    default:
      return [];
  }
}

function findingFacts({ visibility, decrypted, what, field, side }: FindingEvent): ExposureFact[] {
  // What took keys to read, and that something is hidden, gives nobody anything.
  if (decrypted === true || visibility === "hidden") return [];
  if (visibility === "damaged") return [{ kind: "damaged", what: countless(what) }];
  const from = side === null ? "" : `, from the ${side}`;
  const where = field === undefined ? "" : ` in ${field}`;
  const kind = visibility === "readable" ? "readable" : "told";
  return [{ kind, what: `${countless(what)}${where}${from}` }];
}

function applicationFacts(application: string, bytes: number): ExposureFact[] {
  // What is encrypted says nothing of its own: other facts tell of it.
  if (bytes === 0 || isEncryptedApplication(application)) return [];
  if (application === "unknown") return [{ kind: "unknown", what: "a protocol that is not known here" }];
  return [{ kind: "readable", what: `${application} in the clear` }];
}

function helloFacts({ version, cipher_suite, group, resumed }: ServerHelloEvent): ExposureFact[] {
  const number = Number(version);
  const weaker = (what: string): ExposureFact => ({ kind: "weaker", what });
  const facts: ExposureFact[] = [];
  if (isOldVersion(number)) facts.push(weaker(`${versionName(number)} is agreed on`));
  else if (number === TLS12) facts.push(weaker("TLS 1.2 is agreed on: its certificates are in the clear"));
  const suite = cipherSuiteName(Number(cipher_suite));
  const fault = suiteFault(suite, number);
  if (fault !== undefined) facts.push(weaker(`${suite}: ${fault}`));
  if (!resumed && !/MLKEM|Kyber/.test(group ?? "")) {
    facts.push(weaker("a key exchange that a large quantum computer opens later"));
  }
  return facts;
}

/** SSL and TLS 1.0, 1.1 (RFC 8996), and the DTLS of their time; numbers of DTLS count down. */
function isOldVersion(version: number): boolean {
  return version < TLS12 || version === 0xfeff;
}

/** What is wrong with a suite, by its name (RFC 9325 section 4); undefined where nothing is. */
function suiteFault(suite: string, version: number): string | undefined {
  if (/_NULL_|_SHA256_SHA256|_SHA384_SHA384/.test(suite)) return "it encrypts nothing";
  if (/anon/.test(suite)) return "nobody proves who they are";
  if (/EXPORT|_RC4_|_DES_|_RC2_|_3DES_/.test(suite)) return "its cipher is broken";
  if (version !== TLS13 && !/_(EC)?DHE_/.test(suite)) return "no forward secrecy";
  if (/_CBC_/.test(suite)) return "CBC, which padding oracles have opened";
  return undefined;
}

/** "12 records, 51234 bytes (packet 9)" differ in every run. */
function countless(text: string): string {
  return text
    .replace(/ \(packet \d+\)/g, "")
    .replace(COUNTED, (_all, noun: string) => `some ${noun.replace(/s?$/, "s")}`);
}

const COUNTED = /\b\d+ (bytes?|records?|packets?|segments?)\b/g;
