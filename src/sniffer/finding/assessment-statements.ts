// What a handshake means, a sentence a topic (RFC 9325; RFC 8446 sections 2.2, 2.3 and 8; RFC 7627; RFC 8996).
import type { AssessmentStatement, AssessmentTopic } from "../event.js";
import { ExtensionType } from "../tls/extension-names.js";
import { isGrease } from "../tls/grease.js";
import { groupName } from "../tls/group-names.js";
import type { HandshakeFacts } from "../tls/handshake-facts.js";
import { draft13, versionName } from "../tls/names.js";
import { printable } from "../tls/printable.js";
import { authenticationStatements } from "./authentication-statements.js";
import { cipherStatement } from "./cipher-statement.js";
import { type KeyAgreement, postQuantumKind } from "./key-agreement.js";
import { earlyDataStatement, resumptionStatement } from "./resumption-statements.js";
import { forwardSecrecyStatement } from "./secrecy-statement.js";

type Rating = AssessmentStatement["rating"];

const RENEGOTIATION_INFO = 0xff01;
const RENEGOTIATION_SCSV = 0x00ff;

export function assessmentStatements(facts: HandshakeFacts, agreement: KeyAgreement): AssessmentStatement[] {
  return [
    handshake(facts),
    version(facts),
    forwardSecrecyStatement(facts, agreement),
    postQuantum(facts, agreement),
    resumptionStatement(facts, agreement),
    earlyDataStatement(facts, agreement),
    ...(facts.server === undefined ? [] : [cipherStatement(facts)]),
    ...authenticationStatements(facts, agreement),
    serverName(facts),
    extendedMasterSecret(facts, agreement),
    compression(facts),
    renegotiation(facts),
  ].filter((statement) => statement !== undefined);
}

function say(topic: AssessmentTopic, rating: Rating, text: string, frame?: number | null): AssessmentStatement {
  return { topic, rating, text, frame: frame ?? null };
}

/** Only where something is amiss: then it says why the rest is unknown. */
function handshake(facts: HandshakeFacts): AssessmentStatement | undefined {
  const { server, fatalAlert, dataRecords, sslV2Hello } = facts;
  if (fatalAlert !== undefined && dataRecords === 0) {
    const who = `the ${fatalAlert.side} ended it (${fatalAlert.name.replaceAll("_", " ")})`;
    return say("handshake", "unknown", `The handshake failed: ${who}, so no content was sent.`, fatalAlert.frame);
  }
  if (sslV2Hello !== undefined) {
    const text = "The client said hello in the form of SSL 2.0, as only very old programs do.";
    return say("handshake", "weak", text, sslV2Hello);
  }
  return server === undefined ? unanswered(facts) : answered(facts, server.frame);
}

function answered({ client, retry, dataRecords, transport }: HandshakeFacts, frame: number) {
  if (client === undefined) return say("handshake", "unknown", "The client's hello was not captured.");
  if (transport === "tls" && dataRecords === 0) {
    return say("handshake", "unknown", "No content was seen after the hellos, so there may be nothing to open.", frame);
  }
  if (retry === undefined) return undefined;
  const wanted = retry.hello.group === null ? "another hello" : `a key share of ${groupName(retry.hello.group)}`;
  return say("handshake", "good", `The server first asked for ${wanted}, which costs one round trip.`, retry.frame);
}

function unanswered({ client, midstream }: HandshakeFacts): AssessmentStatement {
  if (midstream) {
    const text =
      "The capture began after the connection did: how its keys were agreed was not seen and cannot be told.";
    return say("handshake", "unknown", text);
  }
  if (client === undefined)
    return say("handshake", "unknown", "Neither side's hello was seen, so nothing can be told.");
  return say("handshake", "unknown", "The server's answer was not seen: only what the client offered is known.");
}

function version({ server, client, transport }: HandshakeFacts): AssessmentStatement {
  if (server === undefined) {
    const offered = (client?.hello.supportedVersions ?? [client?.hello.legacyVersion ?? 0]).filter(
      (number) => !isGrease(number) && number !== 0,
    );
    const offer = offered.length === 0 ? "" : `; the client offered ${offered.map(versionName).join(", ")}`;
    return say("version", "unknown", `Which version was chosen was not seen${offer}.`, client?.frame);
  }
  const { version: number } = server.hello;
  const name = transport === "quic" ? `QUIC with ${versionName(number)}` : versionName(number);
  return say("version", ...judgeVersion(number, name), server.frame);
}

function judgeVersion(number: number, name: string): [Rating, string] {
  if (draft13(number) !== undefined) return ["weak", `${name} was a draft of TLS 1.3, and is not kept up any more.`];
  if (number === 0x0304 || number === 0xfefc) return ["good", `${name} is the newest version.`];
  if (number === 0x0303 || number === 0xfefd) {
    return ["good", `${name} is sound with the right cipher suites, but shows more of the handshake than TLS 1.3.`];
  }
  if (number === 0x0301 || number === 0x0302 || number === 0xfeff) {
    return ["bad", `${name} was withdrawn in 2021 (RFC 8996): it leans on MD5 and SHA-1.`];
  }
  if (number === 0x0100) return ["bad", "DTLS from before its standard (0x0100) leans on MD5 and SHA-1."];
  if (number <= 0x0300) return ["bad", `${name} is broken and was forbidden in 2015 (RFC 7568).`];
  return ["unknown", `${name} is a version that is not known here.`];
}

function postQuantum({ client, server }: HandshakeFacts, agreement: KeyAgreement): AssessmentStatement {
  const offered = (client?.hello.groups ?? []).filter((group) => postQuantumKind(group) !== "none").map(groupName);
  const offer = offered.length === 0 ? "" : offered.join(", ");
  const frame = server?.frame ?? client?.frame;
  const { kind, share, isPskExternal, resumedBy } = agreement;
  switch (agreement.postQuantum) {
    case "unknown": {
      const text = offer === "" ? "no post-quantum group was seen offered" : `the client offered ${offer}`;
      return say("post_quantum", "unknown", `The key exchange was not seen; ${text}.`, frame);
    }
    case "hybrid": {
      const text = `${share} joins an elliptic curve with a lattice scheme: both must be broken before the recording opens.`;
      return say("post_quantum", "good", text, frame);
    }
    case "alone": {
      const text = `${share} withstands quantum computers as far as is known, with no classical exchange beside it as a second lock.`;
      return say("post_quantum", "good", text, frame);
    }
    default:
  }
  if (kind === "nothing") return say("post_quantum", "bad", "Nothing is encrypted, now or later.", frame);
  if (isPskExternal) {
    const text = "No post-quantum group, but the keys need a pre-shared key, which a quantum computer does not find.";
    return say("post_quantum", "good", text, frame);
  }
  if (resumedBy === "psk" && share === "") {
    const text =
      "The keys come from an earlier connection: this one is as safe from a quantum computer as that one was.";
    return say("post_quantum", "unknown", text, frame);
  }
  const none = client === undefined ? "what the client offered was not captured" : "the client offered none";
  const refused = offer === "" ? none : `the client offered ${offer}, the server did not take it`;
  const text = `No post-quantum key exchange (${refused}): who records this now can read it once a large quantum computer exists.`;
  return say("post_quantum", "weak", text, frame);
}

function serverName({ client }: HandshakeFacts): AssessmentStatement | undefined {
  if (client === undefined) return undefined;
  const { serverName: name, extensions } = client.hello;
  const shown = name === null ? "" : printable(name);
  if (extensions.includes(ExtensionType.EncryptedClientHello)) {
    const text = `The server name shown (${shown || "none"}) may be a front: an encrypted hello, or GREASE that looks like one, goes with it.`;
    return say("server_name", "unknown", text, client.frame);
  }
  if (name !== null) {
    const text = `The server's name ${shown} stands in the clear, for every observer and for good.`;
    return say("server_name", "weak", text, client.frame);
  }
  const text = "The client names no server; its address still tells who was spoken to.";
  return say("server_name", "good", text, client.frame);
}

/** RFC 7627: without it, two sessions can be made to share a master secret, and resumption then vouches for the wrong one. */
function extendedMasterSecret(facts: HandshakeFacts, { resumedBy }: KeyAgreement): AssessmentStatement | undefined {
  const { server } = facts;
  if (server === undefined || facts.is13 || facts.transport === "quic") return undefined;
  if (facts.has(ExtensionType.ExtendedMasterSecret)) {
    const text = "The session's secret is bound to this handshake (extended master secret).";
    return say("extended_master_secret", "good", text, server.frame);
  }
  const resumed = resumedBy === undefined ? "" : ", and resumption makes use of it";
  const text = `The session's secret is not bound to the handshake: a server in the middle can give two sessions one secret (triple handshake)${resumed}.`;
  return say("extended_master_secret", "weak", text, server.frame);
}

function compression({ server, is13 }: HandshakeFacts): AssessmentStatement | undefined {
  if (is13 || server?.compresses !== true) return undefined;
  const text =
    "Content is compressed before it is encrypted: lengths give secrets away to who can add text of their own (CRIME).";
  return say("compression", "bad", text, server.frame);
}

function renegotiation(facts: HandshakeFacts): AssessmentStatement | undefined {
  const { server, client, renegotiated } = facts;
  if (server === undefined || facts.is13 || facts.transport === "quic") return undefined;
  const isOffered =
    client?.hello.extensions.includes(RENEGOTIATION_INFO) === true ||
    client?.hello.cipherSuites.includes(RENEGOTIATION_SCSV) === true;
  if (!facts.has(RENEGOTIATION_INFO)) {
    const side = isOffered || client === undefined ? "server" : "client";
    const text = `The ${side} does not tie renegotiations to the first handshake (RFC 5746): someone may put words before the client's.`;
    return say("renegotiation", "weak", text, server.frame);
  }
  if (renegotiated === undefined) return undefined;
  return say("renegotiation", "good", "The session was renegotiated, tied to the first handshake.", renegotiated);
}
