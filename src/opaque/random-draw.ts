// Where random bytes come from: one function that is told what for, so that published test vectors can be played back.
import { randomBytes } from "node:crypto";
import { plain } from "./byte-parts.js";

/** What RFC 9807 draws at random. `blind` may be drawn more than once; everything else once for each message. */
export type DrawPurpose =
  | "blind"
  | "envelope nonce"
  | "client nonce"
  | "client keyshare seed"
  | "masking nonce"
  | "server nonce"
  | "server keyshare seed";

/** Gives `length` fresh bytes. Only tests pass one of their own. */
export type Draw = (purpose: DrawPurpose, length: number) => Uint8Array;

/** The operating system's source, by way of node:crypto. */
export const drawSecurely: Draw = (_purpose, length) => plain(randomBytes(length));
