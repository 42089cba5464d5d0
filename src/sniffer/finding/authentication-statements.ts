// How the two proved who they are, and what the wire shows of it (RFC 9325 section 4.4 and 7; RFC 5280).
import type { AssessmentStatement } from "../event.js";
import type { HandshakeFacts, SeenCertificate } from "../tls/handshake-facts.js";
import type { KeyAgreement } from "./key-agreement.js";

const LEAST_RSA_BITS = 2048;
const LEAST_CURVE_BITS = 224;
const NOT_OPENED = "forging signatures opens no recording, so that matters only while connections are made";

export function authenticationStatements(facts: HandshakeFacts, agreement: KeyAgreement): AssessmentStatement[] {
  return [server(facts, agreement), client(facts)].filter((statement) => statement !== undefined);
}

type Judgement = Pick<AssessmentStatement, "rating" | "text">;

function server(facts: HandshakeFacts, agreement: KeyAgreement): AssessmentStatement | undefined {
  if (facts.server === undefined) return undefined;
  const frame = facts.certificate?.frame ?? facts.server.frame;
  return { topic: "authentication", ...judgeServer(facts, agreement), frame };
}

function judgeServer(facts: HandshakeFacts, agreement: KeyAgreement): Judgement {
  if (agreement.isAnonymous) {
    return {
      rating: "bad",
      text: "Nobody proved who they are (anonymous): anyone in between could have played both ends.",
    };
  }
  if (facts.certificate !== undefined) return judgeCertificate(facts.certificate, agreement);
  if (agreement.resumedBy !== undefined) {
    return {
      rating: "good",
      text: "The server proved itself by knowing the earlier connection's secret; no certificate was sent.",
    };
  }
  if (agreement.hasPsk) {
    return { rating: "good", text: "Both ends proved themselves by knowing the pre-shared key." };
  }
  if (facts.is13) {
    const text = `The certificate is encrypted, so the recording does not show how strong it is; ${NOT_OPENED}.`;
    return { rating: "unknown", text };
  }
  return { rating: "unknown", text: "The server's certificate was not seen." };
}

function judgeCertificate(seen: SeenCertificate, { kind: exchange }: KeyAgreement): Judgement {
  const faults = [...keyFaults(seen), ...dateFaults(seen)];
  const { own } = seen;
  const size = own?.bits === null || own === undefined ? "" : ` of ${own.bits} bits`;
  const kind =
    own === undefined ? "a certificate that cannot be read" : `a certificate with ${article(own.key)} key${size}`;
  const shown = seen.wasSealed ? "encrypted on the wire, read here with the key log" : "sent in the clear";
  if (faults.length > 0) return { rating: "bad", text: `The server showed ${kind}, ${shown}: ${faults.join(", ")}.` };
  if (own === undefined) return { rating: "unknown", text: `The server showed ${kind}.` };
  // A key that the secret was encrypted to is another matter than one that signs.
  const later =
    own.key === "ML-DSA" || exchange !== "ephemeral"
      ? ""
      : `; a quantum computer could forge its signatures, but ${NOT_OPENED}`;
  return { rating: "good", text: `The server showed ${kind}, ${shown}${later}.` };
}

function article(key: string): string {
  if (key === "another kind of") return key;
  return /^(RSA|EC|Ed|ML)/.test(key) ? `an ${key}` : `a ${key}`;
}

function keyFaults({ own, weakHash }: SeenCertificate): string[] {
  const bits = own?.bits ?? null;
  const least = own?.key === "RSA" ? LEAST_RSA_BITS : LEAST_CURVE_BITS;
  const short = bits !== null && bits < least ? [`the key is shorter than the ${least} bits that are the least`] : [];
  const hash = weakHash === undefined ? [] : [`it or one above it is signed with ${weakHash}, which can be forged`];
  return [...short, ...hash];
}

/** Against the time of the packet, not of today. */
function dateFaults({ seenSeconds, notAfter, notBefore }: SeenCertificate): string[] {
  if (seenSeconds === null) return [];
  const [from, until] = [Date.parse(notBefore), Date.parse(notAfter)];
  if (until < seenSeconds * 1000) return [`it had expired (${notAfter}) when it was sent`];
  return from > seenSeconds * 1000 ? [`it was not valid yet (${notBefore}) when it was sent`] : [];
}

function client(facts: HandshakeFacts): AssessmentStatement | undefined {
  const { clientCertificate: shown, clientCertificateAsked: asked } = facts;
  const topic = "client_certificate";
  if (shown !== undefined && !shown.wasSealed) {
    const text = "The client's certificate was sent in the clear: every observer learns who the client is.";
    return { topic, rating: "weak", text, frame: shown.frame };
  }
  if (shown !== undefined) {
    return { topic, rating: "good", text: "The client showed a certificate, encrypted.", frame: shown.frame };
  }
  if (asked === undefined) return undefined;
  return { topic, rating: "good", text: "The server asked for a client certificate; none was seen.", frame: asked };
}
