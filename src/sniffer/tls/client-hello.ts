// Decodes a ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2, and SSL 3.0's, which has no extensions).
import { ByteReader } from "../../bytes/byte-reader.js";
import { ExtensionType } from "./extension-names.js";
import { readExtensions, readProtocolNames, readShortU16List, readU16List, u16Values } from "./hello-extension.js";
import { TlsError } from "./tls-error.js";

const RANDOM_BYTES = 32;
const MAX_SESSION_ID_BYTES = 32;
const HOST_NAME = 0;

/** Numbers as they stand on the wire, in order, GREASE included. All bytes are copies. */
export interface ClientHello {
  readonly legacyVersion: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly cipherSuites: readonly number[];
  readonly extensions: readonly number[];
  /** The first host_name; null when there is none. A peer may put anything here. */
  readonly serverName: Uint8Array | null;
  readonly alpn: readonly Uint8Array[];
  /** null where the extension is absent. */
  readonly supportedVersions: readonly number[] | null;
  readonly groups: readonly number[];
  readonly pointFormats: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  readonly keyShares: readonly number[];
  /** What is wrong in it that left the rest readable. */
  readonly blemishes: readonly string[];
}

/**
 * Decodes a handshake body; DTLS has a cookie in it (RFC 6347 section 4.2.1). Throws BytesError or TlsError when the message
 * itself is broken.
 */
export function decodeClientHello(body: Uint8Array, hasCookie = false): ClientHello {
  const reader = new ByteReader(body);
  const legacyVersion = reader.u16();
  const random = new Uint8Array(reader.bytes(RANDOM_BYTES));
  const sessionId = new Uint8Array(reader.bytes(reader.u8()));
  if (sessionId.length > MAX_SESSION_ID_BYTES) throw new TlsError("malformed", "the session id is over 32 bytes");
  if (hasCookie) reader.skip(reader.u8());
  const cipherSuites = u16Values(reader.sub(reader.u16()));
  reader.skip(reader.u8());
  return { legacyVersion, random, sessionId, cipherSuites, ...decodeExtensions(reader) };
}

type HelloExtensions = Omit<ClientHello, "legacyVersion" | "random" | "sessionId" | "cipherSuites">;
type Draft = { -readonly [Key in keyof HelloExtensions]: HelloExtensions[Key] };

function decodeExtensions(reader: ByteReader): HelloExtensions {
  const extensions: number[] = [];
  const blemishes: string[] = [];
  const draft: Draft = {
    extensions,
    serverName: null,
    alpn: [],
    supportedVersions: null,
    groups: [],
    pointFormats: [],
    signatureAlgorithms: [],
    keyShares: [],
    blemishes,
  };
  const decodeOne = (type: number, body: ByteReader): void => {
    extensions.push(type);
    decodeExtension(type, body, draft);
  };
  readExtensions(reader, decodeOne, (what) => blemishes.push(what));
  if (!reader.atEnd()) blemishes.push(`${reader.remaining} bytes follow the extensions`);
  return draft;
}

function decodeExtension(type: number, body: ByteReader, draft: Draft): void {
  switch (type) {
    case ExtensionType.ServerName:
      draft.serverName = readServerName(body);
      break;
    case ExtensionType.SupportedGroups:
      draft.groups = readU16List(body);
      break;
    case ExtensionType.EcPointFormats:
      draft.pointFormats = [...body.bytes(body.u8())];
      break;
    case ExtensionType.SignatureAlgorithms:
      draft.signatureAlgorithms = readU16List(body);
      break;
    case ExtensionType.Alpn:
      draft.alpn = readProtocolNames(body);
      break;
    case ExtensionType.SupportedVersions:
      draft.supportedVersions = readShortU16List(body);
      break;
    case ExtensionType.KeyShare:
      draft.keyShares = readKeyShares(body);
      break;
  }
}

// RFC 6066 section 3. Other name types than host_name were never defined.
function readServerName(body: ByteReader): Uint8Array | null {
  const list = body.sub(body.u16());
  while (!list.atEnd()) {
    const type = list.u8();
    const name = list.bytes(list.u16());
    if (type === HOST_NAME) return new Uint8Array(name);
  }
  return null;
}

function readKeyShares(body: ByteReader): number[] {
  const list = body.sub(body.u16());
  const groups: number[] = [];
  while (!list.atEnd()) {
    groups.push(list.u16());
    list.skip(list.u16());
  }
  return groups;
}
