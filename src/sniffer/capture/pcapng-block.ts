// Numbers of the pcapng format (draft-ietf-opsawg-pcapng, sections 3 and 4), for its reader and its writer.

export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 0x00000001;
/** The Packet Block: superseded by the enhanced one, still found in old files. */
export const OBSOLETE_PACKET = 0x00000002;
export const SIMPLE_PACKET = 0x00000003;
export const INTERFACE_STATISTICS = 0x00000005;
export const ENHANCED_PACKET = 0x00000006;
export const SYSTEMD_JOURNAL = 0x00000009;
export const DECRYPTION_SECRETS = 0x0000000a;
export const CUSTOM = 0x00000bad;
/** A custom block that must not be copied into changed files. */
export const CUSTOM_UNCOPIED = 0x40000bad;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Secrets type of an NSS key log: "TLSK". */
export const TLS_KEY_LOG = 0x544c534b;

/** Type, two lengths, no body. */
export const MIN_BLOCK_BYTES = 12;
