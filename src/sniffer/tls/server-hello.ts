// Decodes a ServerHello (RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3) and a HelloRetryRequest, which is one in disguise.
import { ByteReader } from "../../bytes/byte-reader.js";
import { ExtensionType } from "./extension-names.js";
import { readExtensions, readProtocolNames } from "./hello-extension.js";
import { TlsError } from "./tls-error.js";

const RANDOM_BYTES = 32;
const MAX_SESSION_ID_BYTES = 32;
/** Up to draft 21 the ServerHello of TLS 1.3 had neither session id nor compression method. */
const LAST_SHORT_DRAFT = 0x7f15;
const FIRST_DRAFT = 0x7f00;
/** Where key_share stood up to draft 22. */
const OLD_KEY_SHARE = 0x0028;

// SHA-256 of "HelloRetryRequest", sent in place of a random.
const RETRY_RANDOM = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex");

export interface ServerHello {
  readonly legacyVersion: number;
  /** supported_versions where present, otherwise the legacy version. */
  readonly version: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly cipherSuite: number;
  readonly extensions: readonly number[];
  /** What the server chose, where it says so in the clear (TLS 1.2 and before). */
  readonly alpn: Uint8Array | null;
  /** Group of the key share, or the one that a retry asks for. */
  readonly group: number | null;
  readonly isRetry: boolean;
  readonly blemishes: readonly string[];
}

/** Decodes a handshake body. Throws BytesError or TlsError when the message itself is broken. */
export function decodeServerHello(body: Uint8Array): ServerHello {
  const reader = new ByteReader(body);
  const legacyVersion = reader.u16();
  const random = new Uint8Array(reader.bytes(RANDOM_BYTES));
  const isShort = legacyVersion > FIRST_DRAFT && legacyVersion <= LAST_SHORT_DRAFT;
  const sessionId = isShort ? new Uint8Array(0) : new Uint8Array(reader.bytes(reader.u8()));
  if (sessionId.length > MAX_SESSION_ID_BYTES) throw new TlsError("malformed", "the session id is over 32 bytes");
  const cipherSuite = reader.u16();
  if (!isShort) reader.skip(1);
  const isRetry = RETRY_RANDOM.equals(random);
  const { version: chosen, oldGroup, ...rest } = decodeExtensions(reader);
  const version = chosen ?? legacyVersion;
  const group = rest.group ?? (version >>> 8 === FIRST_DRAFT >>> 8 ? oldGroup : null);
  return { legacyVersion, version, random, sessionId, cipherSuite, isRetry, ...rest, group };
}

interface Draft {
  extensions: number[];
  version: number | null;
  alpn: Uint8Array | null;
  group: number | null;
  oldGroup: number | null;
  blemishes: string[];
}

function decodeExtensions(reader: ByteReader): Draft {
  const draft: Draft = { extensions: [], version: null, alpn: null, group: null, oldGroup: null, blemishes: [] };
  const decodeOne = (type: number, body: ByteReader): void => {
    draft.extensions.push(type);
    if (type === ExtensionType.SupportedVersions) draft.version = body.u16();
    if (type === ExtensionType.KeyShare) draft.group = body.u16();
    if (type === OLD_KEY_SHARE && body.remaining >= 2) draft.oldGroup = body.u16();
    if (type === ExtensionType.Alpn) draft.alpn = readProtocolNames(body)[0] ?? null;
  };
  readExtensions(reader, decodeOne, (what) => draft.blemishes.push(what));
  if (!reader.atEnd()) draft.blemishes.push(`${reader.remaining} bytes follow the extensions`);
  return draft;
}
