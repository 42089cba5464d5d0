// What hellos say about keys that stay: tickets, pre-shared keys, compression (RFC 8446 section 4.2.9 and 4.2.11,
// RFC 5077 section 3.2, RFC 5246 section 7.4.1). Read a second time, and only where a handshake is judged.
import { ByteReader } from "../../bytes/byte-reader.js";
import { ExtensionType } from "./extension-names.js";
import { readExtensions } from "./hello-extension.js";

const RANDOM_BYTES = 32;
const PSK_KE = 0;
const PSK_DHE_KE = 1;
const PSK_KEY_EXCHANGE_MODES = 0x002d;

export interface OfferedSecrets {
  /** Bytes of the ticket of TLS 1.2 that the client shows; 0 where it only asks for one. */
  readonly ticketBytes: number;
  readonly pskIdentities: number;
  /** Of the first identity. Keys that were agreed on beforehand have age 0 (RFC 8446 section 4.2.11), tickets hardly ever. */
  readonly pskTicketAge: number;
  readonly offersPskAlone: boolean;
  readonly offersPskWithKeyShare: boolean;
  readonly offersCompression: boolean;
}

/** Takes a body that was decoded as a hello before. Throws BytesError. */
export function decodeOfferedSecrets(body: Uint8Array, hasCookie: boolean): OfferedSecrets {
  const reader = new ByteReader(body);
  reader.skip(2 + RANDOM_BYTES);
  reader.skip(reader.u8());
  if (hasCookie) reader.skip(reader.u8());
  reader.skip(reader.u16());
  const compressions = reader.bytes(reader.u8());
  const draft = {
    ticketBytes: 0,
    pskIdentities: 0,
    pskTicketAge: 0,
    offersPskAlone: false,
    offersPskWithKeyShare: false,
    offersCompression: compressions.some((method) => method !== 0),
  };
  const decodeOne = (type: number, extension: ByteReader): void => {
    if (type === ExtensionType.SessionTicket) draft.ticketBytes = extension.remaining;
    if (type === ExtensionType.PreSharedKey) countIdentities(extension, draft);
    if (type !== PSK_KEY_EXCHANGE_MODES) return;
    const modes = extension.bytes(extension.u8());
    draft.offersPskAlone = modes.includes(PSK_KE);
    draft.offersPskWithKeyShare = modes.includes(PSK_DHE_KE);
  };
  readExtensions(reader, decodeOne, () => {});
  return draft;
}

function countIdentities(extension: ByteReader, draft: { pskIdentities: number; pskTicketAge: number }): void {
  const list = extension.sub(extension.u16());
  while (!list.atEnd()) {
    list.skip(list.u16());
    const age = list.u32();
    if (draft.pskIdentities === 0) draft.pskTicketAge = age;
    draft.pskIdentities += 1;
  }
}

/** Whether a ServerHello of TLS 1.2 or before chose to compress. Throws BytesError. */
export function choosesCompression(body: Uint8Array): boolean {
  const reader = new ByteReader(body);
  reader.skip(2 + RANDOM_BYTES);
  reader.skip(reader.u8());
  reader.skip(2);
  return !reader.atEnd() && reader.u8() !== 0;
}
