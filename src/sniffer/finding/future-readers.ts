// Who could read a recorded conversation in future, and with which key (RFC 8446 appendix E.1, RFC 9325 section 4.1 and
// 7.3, RFC 5077 section 5). What is recorded stays recorded: a reader needs to get the key only once, at any time.
import type { FutureReader } from "../event.js";
import { encryptsNothing } from "../tls/cipher-suite-names.js";
import type { HandshakeFacts } from "../tls/handshake-facts.js";
import type { KeyAgreement } from "./key-agreement.js";
import { WHO } from "./reader-names.js";

/** DHE primes and RSA moduli: 829 bits were factored in 2020, 1024 are thought to be in reach of states (RFC 9325 4.4). */
const WEAK_BITS = 1024;

export function futureReaders(facts: HandshakeFacts, agreement: KeyAgreement): FutureReader[] {
  const { server } = facts;
  if (server !== undefined && encryptsNothing(server.hello.cipherSuite)) {
    return [{ who: WHO.anyone, can: "read", text: "No key is needed: the cipher suite encrypts nothing." }];
  }
  const keyLog = {
    who: WHO.keyLog,
    can: "read",
    text: "Either end can write down the secrets of this connection (SSLKEYLOGFILE); with them all of it opens.",
  } as const;
  if (server === undefined || agreement.kind === "unknown") return [keyLog, ...unansweredEarlyData(facts, agreement)];
  return [
    keyLog,
    ...computing(facts, agreement),
    ...serverKey(facts, agreement),
    ...ticketKey(facts, agreement),
    ...preSharedKey(facts, agreement),
    ...unansweredEarlyData(facts, agreement),
    quantum(facts, agreement),
    ...middle(agreement),
  ];
}

function computing({ certificate }: HandshakeFacts, { isExport, kind, ...agreement }: KeyAgreement): FutureReader[] {
  const who = WHO.computing;
  const own = kind === "static_rsa" ? (certificate?.own?.bits ?? null) : null;
  const bits = agreement.bits ?? own;
  if (isExport) {
    return [{ who, can: "read", text: "The suite's keys are of export strength: trying them all needs no secret." }];
  }
  if (bits === null || bits > WEAK_BITS) return [];
  const effort =
    bits <= 512 ? "in hours" : bits <= 829 ? "as has been done in public" : "as states are thought able to";
  return [{ who, can: "read", text: `The key exchange used a ${bits}-bit number, which can be broken ${effort}.` }];
}

function serverKey(facts: HandshakeFacts, agreement: KeyAgreement): FutureReader[] {
  const who = WHO.serverKey;
  const { kind, resumedBy } = agreement;
  if (kind === "rsa_psk") {
    const text =
      "The session's secret is made of the pre-shared key and of what was encrypted to the server's RSA key.";
    return [{ who: WHO.pskAndServerKey, can: "read", text }];
  }
  // An export suite's RSA key is made for the moment, and signed with the server's.
  if (kind === "static_rsa" && agreement.bits !== null) return [];
  if (kind === "static_rsa" || kind === "static_dh") return [staticKey(kind, resumedBy !== undefined)];
  // Where a pre-shared key stands in for certificates, there is no such key.
  if (agreement.hasPsk || agreement.isAnonymous || kind !== "ephemeral") return [];
  const text = `The key only signs the handshake (packet ${facts.server?.frame ?? 0}); it lets one pose as the server from then on, and opens nothing recorded before.`;
  return [{ who, can: "impersonate", text }];
}

function staticKey(kind: "static_rsa" | "static_dh", isResumed: boolean): FutureReader {
  const how =
    kind === "static_rsa"
      ? "the client encrypted the session's secret to that RSA key"
      : "that Diffie-Hellman key stands in the certificate and is the same for every connection";
  const first = isResumed ? "If the first connection of this session was recorded too, t" : "T";
  return { who: WHO.serverKey, can: "read", text: `${first}he key opens all of it: ${how}.` };
}

const RESUMED_BY_TICKET: FutureReader = {
  who: WHO.ticketKey,
  can: "read",
  text: "The ticket in the client's hello holds the master secret: the key opens this connection and the one that the ticket is from.",
};

const RESUMED_BY_ID: FutureReader = {
  who: WHO.sessionCache,
  can: "read",
  text: "The session was resumed by its id, so the server kept its master secret: with that, it opens.",
};

function ticketKey(facts: HandshakeFacts, { kind, resumedBy, hasPsk }: KeyAgreement): FutureReader[] {
  const who = WHO.ticketKey;
  if (facts.is13) return resumedBy === undefined ? [] : ticketKey13(facts, kind, hasPsk);
  if (resumedBy === "session id") return [RESUMED_BY_ID];
  if (resumedBy === "ticket") return [RESUMED_BY_TICKET];
  if (resumedBy !== undefined) return [RESUMED_BY_TICKET, RESUMED_BY_ID];
  if (facts.ticketIssued === undefined) return [];
  const text = `The ticket that the server issued in the clear (packet ${facts.ticketIssued}) holds this session's master secret, sealed with that key: it opens this and every resumption.`;
  return [{ who, can: "read", text }];
}

function ticketKey13(facts: HandshakeFacts, kind: KeyAgreement["kind"], hasPsk: boolean): FutureReader[] {
  const who = WHO.ticketKey;
  if (!hasPsk) return [];
  if (kind === "psk") {
    const text =
      "The keys come from the ticket in the client's hello alone, with no fresh key exchange: who can open it reads all.";
    return [{ who, can: "read", text }];
  }
  if (mayHoldEarlyData(facts)) {
    const text =
      "Early data is encrypted with what the ticket holds alone; what follows it needs the fresh key exchange too.";
    return [{ who, can: "read early data", text }];
  }
  const text =
    "The ticket is only half of what the keys come from, so the recording stays shut; it lets one pose as the server while the ticket holds.";
  return [{ who, can: "impersonate", text }];
}

function preSharedKey(facts: HandshakeFacts, { kind, isPskExternal }: KeyAgreement): FutureReader[] {
  if (!isPskExternal || kind === "rsa_psk") return [];
  const who = WHO.psk;
  if (kind === "psk") {
    const text =
      "The keys come from the pre-shared key alone, which both ends hold for good; a weak one can be guessed from the recording.";
    return [{ who, can: "read", text }];
  }
  const guess = "a weak one can be guessed by who took part, or in TLS 1.3 from the recording";
  if (mayHoldEarlyData(facts)) {
    const text = `Early data is encrypted with the pre-shared key alone; what follows it needs the fresh key exchange too (${guess}).`;
    return [{ who, can: "read early data", text }];
  }
  const text = `It lets one pose as either end from then on, but the recording also needs the fresh key exchange (${guess}).`;
  return [{ who, can: "impersonate", text }];
}

/** The server took none of the pre-shared key, or its answer was not seen; what was sent under it is in the recording. */
function unansweredEarlyData(facts: HandshakeFacts, { hasPsk }: KeyAgreement): FutureReader[] {
  if (hasPsk || !mayHoldEarlyData(facts)) return [];
  const who = facts.client?.pskTicketAge === 0 ? WHO.psk : WHO.ticketKey;
  const begin = facts.server === undefined ? "Early data" : "The server rejected early data, but what";
  const sent = facts.earlyData === undefined ? "may have been sent" : "was sent";
  const end = facts.server === undefined ? `${sent}, encrypted` : `${sent} is encrypted`;
  return [{ who, can: "read early data", text: `${begin} ${end} with a key from before alone.` }];
}

/** Early data that was sent, accepted or not, was encrypted with the pre-shared key alone. */
export function mayHoldEarlyData({ earlyData, transport, announcesEarlyData }: HandshakeFacts): boolean {
  return earlyData !== undefined || (transport === "quic" && announcesEarlyData);
}

function quantum(facts: HandshakeFacts, agreement: KeyAgreement): FutureReader {
  const who = WHO.quantum;
  const { kind, postQuantum, share, isPskExternal, resumedBy } = agreement;
  const isFresh = postQuantum === "hybrid" || postQuantum === "alone";
  if (isFresh && resumedBy === "psk" && mayHoldEarlyData(facts)) {
    const text = `${share} keeps it from the rest, but early data is as safe as the connection that issued the ticket: it opens if that one was recorded and had no post-quantum key exchange.`;
    return { who, can: "read early data", text };
  }
  if (isFresh) {
    const text = `${share} is a post-quantum key exchange: as far as is known, such a computer does not break it.`;
    return { who, can: "nothing", text };
  }
  if (kind === "psk" && isPskExternal) {
    const text =
      "No public-key computation is in it: the keys come from the pre-shared key alone, which such a computer does not find.";
    return { who, can: "nothing", text };
  }
  if (isPskExternal) {
    const text = `It breaks ${named(share)}, but the keys also need the pre-shared key, which it does not find unless it is weak.`;
    return { who, can: "nothing", text };
  }
  if (resumedBy === "psk") return { who, can: "read", text: resumed13(share) };
  if (resumedBy !== undefined) {
    const text =
      "If the first connection of this session was recorded too, it breaks that one's key exchange, and the same secret opens this one.";
    return { who, can: "read", text };
  }
  if (kind === "static_rsa") {
    return {
      who,
      can: "read",
      text: "It finds the server's RSA key from its certificate, and that opens the recording.",
    };
  }
  if (kind === "other") return { who, can: "read", text: `Nothing in ${facts.exchange} is made to withstand it.` };
  const text = `It computes the session's keys from ${named(share)}'s public values in the recording: what is recorded now can be read then.`;
  return { who, can: "read", text };
}

function resumed13(share: string): string {
  const own = share === "" ? "" : `it breaks ${share}, but `;
  const begin = own === "" ? "The keys" : `I${own.slice(1)}the keys`;
  return `${begin} also come from the connection that issued the ticket: it reads this if that one was recorded too and had no post-quantum key exchange.`;
}

function named(share: string): string {
  return share === "" ? "the key exchange" : share;
}

function middle({ isAnonymous }: KeyAgreement): FutureReader[] {
  if (!isAnonymous) return [];
  const text =
    "Neither end proved who it is, so someone who passed the packets on may have been both ends' partner and read all.";
  return [{ who: WHO.middle, can: "impersonate", text }];
}
