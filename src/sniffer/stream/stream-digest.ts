// What is kept of one side's bytes as they are delivered: a hash of them, and where the last hole ended.
import { createHash, type Hash } from "node:crypto";

const SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export class StreamDigest {
  /** Made with the first byte: most sides of a flood never say anything. */
  #hash: Hash | undefined;
  #gapEnd = -1;

  update(bytes: Uint8Array): void {
    this.#hash = (this.#hash ?? createHash("sha256")).update(bytes);
  }

  /** Notes a hole; false when it only continues the last one. */
  noteGap(offset: number, length: number): boolean {
    const isNew = offset !== this.#gapEnd;
    this.#gapEnd = offset + length;
    return isNew;
  }

  /** SHA-256 in hex of the bytes so far. */
  sha256(): string {
    return this.#hash?.copy().digest("hex") ?? SHA256_OF_NOTHING;
  }
}
