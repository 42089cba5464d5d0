// Turns decoded hellos into events of the contract.
import type { ClientHelloEvent, ServerHelloEvent } from "../event.js";
import type { ClientHello } from "./client-hello.js";
import { ExtensionType } from "./extension-names.js";
import { withoutGrease } from "./grease.js";
import { groupName } from "./group-names.js";
import { ja3, ja3s } from "./ja3.js";
import { type Ja4Transport, ja4 } from "./ja4.js";
import { isTls13 } from "./names.js";
import { hex16, printable } from "./printable.js";
import type { ServerHello } from "./server-hello.js";
import { signatureSchemeName } from "./signature-scheme-names.js";

export interface Place {
  readonly conversation: number;
  readonly frame: number;
}

export function clientHelloEvent(hello: ClientHello, place: Place, transport: Ja4Transport): ClientHelloEvent {
  const has = (type: number): boolean => hello.extensions.includes(type);
  return {
    event: "client_hello",
    conversation: place.conversation,
    frame: place.frame,
    sni: hello.serverName === null ? null : printable(hello.serverName),
    alpn: hello.alpn.map(printable),
    versions: withoutGrease(hello.supportedVersions ?? [hello.legacyVersion]).map(hex16),
    cipher_suites: hello.cipherSuites.map(hex16),
    extensions: [...hello.extensions],
    groups: hello.groups.map(groupName),
    signature_algorithms: hello.signatureAlgorithms.map(signatureSchemeName),
    key_shares: hello.keyShares.map(groupName),
    session_id_length: hello.sessionId.length,
    ech: has(ExtensionType.EncryptedClientHello),
    psk: has(ExtensionType.PreSharedKey),
    early_data: has(ExtensionType.EarlyData),
    ja3: ja3(hello),
    ja4: ja4(hello, transport),
  };
}

/** `offer` is the hello that this one answers, where it was seen: a session id that comes back means resumption. */
export function serverHelloEvent(hello: ServerHello, place: Place, offer: ClientHello | undefined): ServerHelloEvent {
  return {
    event: "server_hello",
    conversation: place.conversation,
    frame: place.frame,
    version: hex16(hello.version),
    cipher_suite: hex16(hello.cipherSuite),
    alpn: hello.alpn === null ? null : printable(hello.alpn),
    group: hello.group === null ? null : groupName(hello.group),
    hello_retry: hello.isRetry,
    resumed: isResumed(hello, offer),
    ja3s: ja3s(hello),
  };
}

function isResumed(hello: ServerHello, offer: ClientHello | undefined): boolean {
  if (isTls13(hello.version)) return hello.extensions.includes(ExtensionType.PreSharedKey);
  if (offer === undefined || hello.sessionId.length === 0) return false;
  return Buffer.compare(hello.sessionId, offer.sessionId) === 0;
}
