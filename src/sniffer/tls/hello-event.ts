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
import { rememberLatest } from "./remember-latest.js";
import type { ServerHello } from "./server-hello.js";
import { signatureSchemeName } from "./signature-scheme-names.js";

export interface Place {
  readonly conversation: number;
  readonly frame: number;
}

export function clientHelloEvent(hello: ClientHello, place: Place, transport: Ja4Transport): ClientHelloEvent {
  const shape = shapeOf({ hello, transport });
  return {
    event: "client_hello",
    conversation: place.conversation,
    frame: place.frame,
    sni: hello.serverName === null ? null : printable(hello.serverName),
    alpn: hello.alpn.map(printable),
    versions: [...shape.versions],
    cipher_suites: [...shape.cipher_suites],
    extensions: [...hello.extensions],
    groups: [...shape.groups],
    signature_algorithms: [...shape.signature_algorithms],
    key_shares: hello.keyShares.map(groupName),
    session_id_length: hello.sessionId.length,
    ech: shape.ech,
    psk: shape.psk,
    early_data: shape.early_data,
    ja3: shape.ja3,
    ja4: shape.ja4,
  };
}

interface Offer {
  readonly hello: ClientHello;
  readonly transport: Ja4Transport;
}

/** What a client's library says the same way each time. */
const shapeOf = rememberLatest(shapeKey, ({ hello, transport }: Offer) => {
  const has = (type: number): boolean => hello.extensions.includes(type);
  return {
    versions: withoutGrease(hello.supportedVersions ?? [hello.legacyVersion]).map(hex16),
    cipher_suites: hello.cipherSuites.map(hex16),
    groups: hello.groups.map(groupName),
    signature_algorithms: hello.signatureAlgorithms.map(signatureSchemeName),
    ech: has(ExtensionType.EncryptedClientHello),
    psk: has(ExtensionType.PreSharedKey),
    early_data: has(ExtensionType.EarlyData),
    ja3: ja3(hello),
    ja4: ja4(hello, transport),
  };
});

/** All that a shape is made of. */
function shapeKey({ hello, transport }: Offer): string {
  const { legacyVersion, cipherSuites, extensions, groups, pointFormats, signatureAlgorithms, supportedVersions } =
    hello;
  const lists = [cipherSuites, extensions, groups, pointFormats, signatureAlgorithms, supportedVersions ?? "none"];
  return [transport, legacyVersion, hello.alpn.map((name) => name.join(".")), ...lists].join("|");
}

/** `offer` is the hello that this one answers, where it was seen: a session id that comes back means resumption. */
export function serverHelloEvent(
  hello: ServerHello,
  place: Place,
  offer: Pick<ClientHello, "sessionId"> | undefined,
): ServerHelloEvent {
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

function isResumed(hello: ServerHello, offer: Pick<ClientHello, "sessionId"> | undefined): boolean {
  if (isTls13(hello.version)) return hello.extensions.includes(ExtensionType.PreSharedKey);
  if (offer === undefined || hello.sessionId.length === 0) return false;
  return Buffer.compare(hello.sessionId, offer.sessionId) === 0;
}
