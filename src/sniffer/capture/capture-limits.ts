// How much of a capture file is held at once; all of it is checked before anything is buffered.

export interface CaptureLimits {
  /** Captured bytes of one packet. */
  maxPacketBytes: number;
  /** One pcapng block, header and trailer included. */
  maxBlockBytes: number;
  /** Interfaces of one pcapng section. */
  maxInterfaces: number;
  /** Key logs of the whole file together. */
  maxSecretsBytes: number;
}

/** maxPacketBytes is Wireshark's own bound, so a file that it can write can be read. */
export const CAPTURE_LIMITS: Readonly<CaptureLimits> = {
  maxPacketBytes: 0x40000,
  maxBlockBytes: 0x1000000,
  maxInterfaces: 0x10000,
  maxSecretsBytes: 0x1000000,
};
