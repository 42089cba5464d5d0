// Which versions of QUIC are read, and what differs between them: salt, labels and packet types (RFC 9001 section 5.2,
// RFC 9369 section 3, and the drafts that captures of 2019 to 2022 are full of).

export interface QuicVersion {
  /** From it and a connection id in the clear the keys of Initial packets follow. */
  readonly salt: Uint8Array;
  readonly labelPrefix: "quic" | "quicv2";
  /** By the two bits of the first byte. */
  readonly kinds: readonly QuicLongKind[];
  /** Google's own versions have frames of their own. */
  readonly frames: "ietf" | "google";
}

export type QuicLongKind = "initial" | "early" | "handshake" | "retry";

const KINDS_1: readonly QuicLongKind[] = ["initial", "early", "handshake", "retry"];
const KINDS_2: readonly QuicLongKind[] = ["retry", "initial", "early", "handshake"];

const DRAFT_22 = draft("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a");
const DRAFT_23 = draft("c3eef712c72ebb5a11a7d2432bb46365bef9f502");
const DRAFT_29 = draft("afbfec289993d24c9e9786f19c6111e04390a899");
const V1 = draft("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");

const VERSIONS = new Map<number, QuicVersion>([
  [0x00000001, V1],
  [0x6b3343cf, second("0dede3def700a6db819381be6e269dcbf9bd2ed9")],
  // Drafts of version 2; the first had the types of version 1.
  [0xff020000, { ...second("a707c203a59b47184a1d62ca570406ea7ae3e5d3"), kinds: KINDS_1 }],
  [0x709a50c4, second("a707c203a59b47184a1d62ca570406ea7ae3e5d3")],
  // Google's T050 and T051, which have TLS in them; Q050 and before have not.
  [0x54303530, google("7ff579e5acd072915580304c43a2367c60488310")],
  [0x54303531, google("7a4edef4e7ccee5fa4506c19124fc8ccda6e033d")],
  // Facebook's mvfst, after drafts 22 and 27.
  [0xfaceb001, DRAFT_22],
  [0xfaceb002, DRAFT_23],
  [0xfaceb00e, DRAFT_23],
]);

const FIRST_DRAFT = 21;

/** undefined for a version that is not read here. */
export function quicVersion(version: number): QuicVersion | undefined {
  return VERSIONS.get(version) ?? draftOf(version);
}

function draftOf(version: number): QuicVersion | undefined {
  // Reserved to provoke negotiation (RFC 9000 section 15): clients that did so took the salt of their day.
  if ((version & 0x0f0f0f0f) === 0x0a0a0a0a) return DRAFT_29;
  const number = version & 0xff;
  if (version >>> 8 !== 0xff0000 || number < FIRST_DRAFT) return undefined;
  if (number >= 33) return V1;
  if (number >= 29) return DRAFT_29;
  return number >= 23 ? DRAFT_23 : DRAFT_22;
}

function draft(salt: string): QuicVersion {
  return { salt: Buffer.from(salt, "hex"), labelPrefix: "quic", kinds: KINDS_1, frames: "ietf" };
}

function second(salt: string): QuicVersion {
  return { salt: Buffer.from(salt, "hex"), labelPrefix: "quicv2", kinds: KINDS_2, frames: "ietf" };
}

function google(salt: string): QuicVersion {
  return { ...draft(salt), frames: "google" };
}
