// Forward secrecy: whether a key that stays opens what was recorded (RFC 8446 section 1.2 and 2.2, RFC 9325 section 7.3).
import type { AssessmentStatement } from "../event.js";
import type { HandshakeFacts } from "../tls/handshake-facts.js";
import { mayHoldEarlyData } from "./future-readers.js";
import type { KeyAgreement } from "./key-agreement.js";

/** Diffie-Hellman groups below this are not to be used (RFC 9325 section 4.4). */
const LEAST_DHE_BITS = 2048;

export function forwardSecrecyStatement(facts: HandshakeFacts, agreement: KeyAgreement): AssessmentStatement {
  const frame = facts.server?.frame ?? null;
  return { topic: "forward_secrecy", ...judge(facts, agreement), frame };
}

type Judgement = Pick<AssessmentStatement, "rating" | "text">;

function judge(facts: HandshakeFacts, agreement: KeyAgreement): Judgement {
  const { kind, resumedBy, share } = agreement;
  switch (kind) {
    case "unknown":
      return { rating: "unknown", text: "Whether a key that stays opens this later cannot be told." };
    case "nothing":
      return { rating: "bad", text: "There is nothing to keep secret: the content is not encrypted." };
    case "static_rsa":
      return judgeStaticRsa(agreement);
    case "static_dh":
      return {
        rating: "bad",
        text: "None: the server's Diffie-Hellman key is the same for every connection and opens all.",
      };
    case "psk":
      return { rating: "bad", text: judgePsk(facts, resumedBy) };
    case "rsa_psk":
      return {
        rating: "bad",
        text: "None: the pre-shared key and the server's private key together open it at any time.",
      };
    case "other":
      return { rating: "unknown", text: `${facts.exchange} is a key exchange that is not judged here.` };
    case "ephemeral":
      return judgeEphemeral(facts, agreement, share);
  }
}

function judgeStaticRsa({ isExport, bits }: KeyAgreement): Judgement {
  if (isExport && bits !== null) {
    return {
      rating: "bad",
      text: `The RSA key of ${bits} bits was made for the moment, and is so short that it can be broken.`,
    };
  }
  const text =
    "None: the client encrypted the secret to the server's RSA key, so who gets that key reads all that was ever recorded.";
  return { rating: "bad", text };
}

function judgePsk({ is13 }: HandshakeFacts, resumedBy: KeyAgreement["resumedBy"]): string {
  const mode = is13 ? " (psk_ke)" : "";
  return resumedBy === undefined
    ? `None: the keys come from a pre-shared key alone${mode}, which opens every connection made with it.`
    : `None: the keys come from the ticket of an earlier connection alone${mode}, with no fresh key exchange.`;
}

function judgeEphemeral(facts: HandshakeFacts, agreement: KeyAgreement, share: string): Judgement {
  const { resumedBy, bits, isExport } = agreement;
  if (!facts.is13 && resumedBy !== undefined) return judgeResumed12(resumedBy);
  if (isExport) return { rating: "bad", text: "None to speak of: the keys were made short on purpose (export)." };
  if (bits !== null && bits < LEAST_DHE_BITS) {
    const rating = bits <= 1024 ? "bad" : "weak";
    return {
      rating,
      text: `The keys were made for this connection, but with a Diffie-Hellman prime of only ${bits} bits.`,
    };
  }
  const from = share === "" ? "a key exchange" : share;
  if (!facts.is13 && facts.ticketIssued !== undefined) {
    const text = `The keys were made for this connection (${from}), but the server sealed them in a ticket (packet ${facts.ticketIssued}): they are as secret as its ticket key.`;
    return { rating: "weak", text };
  }
  const early = mayHoldEarlyData(facts) ? ", but for the early data" : "";
  const mixed = facts.is13 && agreement.hasPsk ? ", with a key from before mixed in (psk_dhe_ke)" : "";
  const text = `The keys were made for this connection with ${from} and thrown away${mixed}: no key that stays opens it${early}.`;
  return { rating: "good", text };
}

const HOLDERS = {
  ticket: "ticket key",
  "session id": "session cache",
  "ticket or session id": "ticket key or session cache",
  psk: "",
} as const;

function judgeResumed12(by: keyof typeof HOLDERS): Judgement {
  const holder = HOLDERS[by];
  const text = `The keys come from an earlier connection's secret, resumed by ${by}: they are as secret as the server's ${holder}.`;
  return { rating: "weak", text };
}
