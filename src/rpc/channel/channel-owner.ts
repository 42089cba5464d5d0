// What a channel of frames asks of the side that owns it.

import type { Frame } from "../../wire/frame.js";
import type { PaddingPolicy } from "../../wire/padding.js";
import type { Limits } from "../limits.js";
import type { RpcError } from "../rpc-error.js";

/** The side that makes calls, or the one that serves them. */
export interface ChannelOwner {
  /** Whether calls are open, so that silence is no idleness. */
  readonly busy: boolean;
  /** The highest stream that was taken; a GoAway carries it. */
  readonly lastStreamId: number;
  /** `offset`: where the frame lay in the stream. @throws RpcError or WireError when the peer broke a rule; the channel then ends with it. */
  onFrame(frame: Frame, offset: number): void;
  /** Room again after the channel was blocked. */
  onWritable(): void;
  /** No frame comes or goes any more; called once. Undefined: a side closed it with nothing left to do. */
  onEnd(reason: RpcError | undefined): void;
  /** The socket is gone; called once, after onEnd. */
  onClosed(): void;
}

export type ChannelLimits = Pick<
  Limits,
  | "firstFrameTimeoutMs"
  | "frameTimeoutMs"
  | "idleTimeoutMs"
  | "stallTimeoutMs"
  | "pingTimeoutMs"
  | "maxOutstandingBytes"
>;

/** What holds for each socket of a connection. */
export interface ChannelSettings {
  readonly limits: Limits;
  readonly padding: PaddingPolicy;
}
