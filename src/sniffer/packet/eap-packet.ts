// TLS within EAP (RFC 3748) within EAPOL (IEEE 802.1X-2020, section 11): how who asks to be let into a network proves who they
// are, with a certificate or a password that TLS hides.
import { ByteReader } from "../../bytes/byte-reader.js";
import { BytesError } from "../../bytes/bytes-error.js";

const EAP_IN_EAPOL = 0;
const REQUEST = 1;
const RESPONSE = 2;
const EAP_HEADER_BYTES = 4;
/** EAP-TLS (RFC 5216), EAP-TTLS (RFC 5281), PEAP and EAP-FAST (RFC 4851) frame TLS alike. */
const TLS_METHODS: ReadonlySet<number> = new Set([13, 21, 25, 43]);
/** RFC 5216, section 3.1. */
const HAS_LENGTH = 0x80;
const HAS_MORE = 0x40;
const STARTS = 0x20;
const LENGTH_BYTES = 4;

export interface EapTls {
  /** The one that wants to be let in; it answers, and its side of TLS is the client's. */
  readonly isResponse: boolean;
  /** Counts requests; an answer has its request's. */
  readonly identifier: number;
  /** TLS begins anew with the next answer. */
  readonly starts: boolean;
  /** What this side says goes on in its next fragment. */
  readonly hasMore: boolean;
  /** A fragment of what this side says in TLS, a view; empty where it only acknowledges one. */
  readonly fragment: Uint8Array;
}

/** undefined for anything else that EAPOL carries, and for what is cut short. */
export function decodeEapTls(eapol: Uint8Array): EapTls | undefined {
  try {
    return decode(new ByteReader(eapol));
  } catch (error) {
    if (!(error instanceof BytesError)) throw error;
    return undefined;
  }
}

function decode(frame: ByteReader): EapTls | undefined {
  frame.skip(1);
  if (frame.u8() !== EAP_IN_EAPOL) return undefined;
  const eap = frame.sub(frame.u16());
  const code = eap.u8();
  const identifier = eap.u8();
  const method = eap.sub(Math.max(0, eap.u16() - EAP_HEADER_BYTES));
  if ((code !== REQUEST && code !== RESPONSE) || !TLS_METHODS.has(method.u8())) return undefined;
  const flags = method.u8();
  if ((flags & HAS_LENGTH) !== 0) method.skip(LENGTH_BYTES);
  const starts = code === REQUEST && (flags & STARTS) !== 0;
  const isResponse = code === RESPONSE;
  // EAP-FAST's start says who the server is, before TLS.
  const fragment = starts ? new Uint8Array(0) : method.rest();
  return { isResponse, identifier, starts, hasMore: (flags & HAS_MORE) !== 0, fragment };
}
