// What every peer accepts unasked, and what one frame may hold: each limit bounds work or memory that a peer could
// otherwise make us spend.

/** What holds for everyone, whatever a Hello says. Sizes in bytes, without the length prefix. */
export const WIRE_LIMITS = {
  /** Every peer accepts frames this long, also before Hellos are exchanged. */
  floorFrameBytes: 0x10000,
  /** Every peer accepts this many open calls, also before Hellos are exchanged. */
  floorStreams: 4,
  /** Every peer takes this many bytes of Data on a stream before it gives credit, also before Hellos are exchanged. */
  floorWindowBytes: 0x10000,
  /** A prefix of 4 varint bytes; none longer is read. */
  maxPrefixBytes: 4,
  /** What 4 varint bytes can say. No maxFrameBytes may exceed it. */
  maxFrameBytes: 0xfffffff,
  /** uint32 on the wire; a client that used the last odd id opens a new connection. */
  maxStreamId: 0xffffffff,
} as const;

/** Sizes in bytes of the encoded text. Reaching any of them ends the connection with WireError `limit_exceeded`. */
export interface FrameLimits {
  /** Length of a frame without its prefix. Bounds what is buffered; above it: `frame_too_large`, by the prefix alone. */
  readonly maxFrameBytes: number;
  /** An entry of two bytes becomes objects of about a hundred: entries are counted, not only bytes. */
  readonly maxMetadataEntries: number;
  /** All encoded entries of one frame: what is held as long as the call, though its payload may be gone. */
  readonly maxMetadataBytes: number;
  /** "package.Service/Method": it goes to logs, and is the key of a lookup. */
  readonly maxMethodBytes: number;
  /** Status message, Cancel reason, GoAway message: shown to people and logged. */
  readonly maxTextBytes: number;
  /** Details of one status; as with metadata, an entry of two bytes costs us much more. */
  readonly maxDetails: number;
  /** Type URL of a detail: the key of a lookup. */
  readonly maxTypeUrlBytes: number;
  /** Features of a Hello: kept as long as the connection. */
  readonly maxFeatures: number;
  readonly maxFeatureBytes: number;
  /** SHA-256 is 32 bytes; kept as long as the connection. */
  readonly maxSchemaHashBytes: number;
}

export const DEFAULT_FRAME_LIMITS: FrameLimits = {
  maxFrameBytes: WIRE_LIMITS.floorFrameBytes,
  maxMetadataEntries: 64,
  maxMetadataBytes: 0x8000,
  maxMethodBytes: 256,
  maxTextBytes: 0x4000,
  maxDetails: 16,
  maxTypeUrlBytes: 256,
  maxFeatures: 32,
  maxFeatureBytes: 64,
  maxSchemaHashBytes: 32,
};
