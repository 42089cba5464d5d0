// Hashes one side's bytes as they are delivered: here, elsewhere (another thread), or not at all.
import { createHash, type Hash } from "node:crypto";

export interface StreamHash {
  /** `position`: where the bytes stand in a PacketMemory, or NOWHERE. They are only valid during the call. */
  update(bytes: Uint8Array, position: number): void;
  /** Takes bytes that stand in a PacketMemory by their place alone; false where they must be given. */
  pass(length: number, position: number): boolean;
  /** Gives SHA-256 in hex of the bytes so far, now or later; hashes give theirs in the order in which they are asked. */
  sha256(done: (hex: string) => void): void;
}

/** A hash of no bytes yet. */
export type NewStreamHash = () => StreamHash;

/** Hashes that are made together. */
export interface StreamHashes {
  newHash(): StreamHash;
  /** Gives what was asked for and is not given yet, however long that takes. */
  settle(): void;
}

export const SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export class LocalHash implements StreamHash {
  /** Made with the first byte: most sides of a flood never say anything. */
  #hash: Hash | undefined;

  update(bytes: Uint8Array): void {
    this.#hash = (this.#hash ?? createHash("sha256")).update(bytes);
  }

  pass(): boolean {
    return false;
  }

  sha256(done: (hex: string) => void): void {
    done(this.#hash?.copy().digest("hex") ?? SHA256_OF_NOTHING);
  }
}

const NO_HASH: StreamHash = {
  update() {},
  pass: () => true,
  sha256(done) {
    done("");
  },
};

/** For reports that show none. */
export const NO_HASHES: StreamHashes = {
  newHash: () => NO_HASH,
  settle() {},
};
