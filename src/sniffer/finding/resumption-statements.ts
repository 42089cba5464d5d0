// Resumption and early data (RFC 8446 sections 2.2, 2.3, 4.2.10 and 8; RFC 5077; RFC 9001 section 9.2).
import type { AssessmentStatement } from "../event.js";
import type { HandshakeFacts } from "../tls/handshake-facts.js";
import type { KeyAgreement } from "./key-agreement.js";

export function resumptionStatement(facts: HandshakeFacts, agreement: KeyAgreement): AssessmentStatement | undefined {
  const { server, client } = facts;
  const topic = "resumption";
  if (server === undefined) {
    if (client === undefined || (client.pskIdentities === 0 && client.ticketBytes === 0)) return undefined;
    const text = "The client offered to resume an earlier connection, which links the two for every observer.";
    return { topic, rating: "unknown", text, frame: client.frame };
  }
  return { topic, ...judge(facts, agreement), frame: server.frame };
}

function judge(facts: HandshakeFacts, agreement: KeyAgreement): Pick<AssessmentStatement, "rating" | "text"> {
  const { kind, resumedBy, isPskExternal } = agreement;
  if (resumedBy === "psk") {
    return kind === "psk"
      ? { rating: "bad", text: "An earlier connection was resumed without a fresh key exchange (psk_ke)." }
      : { rating: "good", text: "An earlier connection was resumed, with a fresh key exchange (psk_dhe_ke)." };
  }
  if (resumedBy !== undefined) {
    const text = `An earlier connection was resumed by ${resumedBy}, with its secret and no fresh key exchange.`;
    return { rating: "weak", text };
  }
  if (facts.is13 && isPskExternal) {
    return {
      rating: "good",
      text: `A pre-shared key was used that no earlier ticket seems to have brought${modes(facts)}.`,
    };
  }
  if (facts.is13) {
    const refused =
      (facts.client?.pskIdentities ?? 0) > 0 ? "The server did not resume as the client offered" : "Not resumed";
    return {
      rating: "good",
      text: `${refused}; tickets issued here would be encrypted and hold no key of this connection.`,
    };
  }
  if (facts.ticketIssued !== undefined) {
    const text = `A ticket was issued in the clear (packet ${facts.ticketIssued}): a stolen ticket key opens this connection and those resumed from it.`;
    return { rating: "weak", text };
  }
  return { rating: "good", text: "Not resumed, and no ticket was issued." };
}

function modes({ client }: HandshakeFacts): string {
  if (client?.offersPskAlone !== true) return "";
  return client.offersPskWithKeyShare ? "; the client would have gone without a fresh key exchange too" : "";
}

export function earlyDataStatement(facts: HandshakeFacts, { hasPsk }: KeyAgreement): AssessmentStatement | undefined {
  const { client, earlyData, retry, server, earlyDataAccepted } = facts;
  const topic = "early_data";
  if (!facts.announcesEarlyData) return undefined;
  const frame = earlyData ?? client?.frame ?? null;
  const sent = earlyData === undefined ? "announced" : "sent";
  if (
    retry !== undefined ||
    (server !== undefined && !hasPsk) ||
    (earlyDataAccepted === false && server !== undefined)
  ) {
    const text = `Early data (0-RTT) was ${sent} and rejected; it was encrypted without a fresh key exchange all the same.`;
    return { topic, rating: "weak", text, frame };
  }
  const accepted = earlyDataAccepted === true ? "and accepted" : "(whether it was accepted is encrypted)";
  const text = `Early data (0-RTT) was ${sent} ${accepted}: who recorded it can send it to the server again, and it has no forward secrecy.`;
  return { topic, rating: "weak", text, frame };
}
