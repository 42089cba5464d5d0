// What the readers of capture files have in common.
import type { Stage } from "../../bytes/stage.js";
import type { PacketCursor } from "../packet/packet-cursor.js";
import type { RawPacket } from "../packet/raw-packet.js";

export interface PacketReader extends Stage<Uint8Array, RawPacket> {
  /** Moves the cursor to the next packet, without an object for it; false where `next` would give undefined. */
  advance(cursor: PacketCursor): boolean;
}
