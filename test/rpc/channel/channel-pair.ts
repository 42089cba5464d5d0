// A channel of frames on one end of a real TCP connection, and the bare socket on the other.

import { connect, createServer, type Socket } from "node:net";
import type { Test } from "tap";
import type { ChannelOwner } from "../../../src/rpc/channel/channel-owner.js";
import { DeadlineQueue } from "../../../src/rpc/channel/deadline-queue.js";
import { FrameChannel } from "../../../src/rpc/channel/frame-channel.js";
import { type Limits, withDefaults } from "../../../src/rpc/limits.js";
import type { RpcError } from "../../../src/rpc/rpc-error.js";
import type { Frame } from "../../../src/wire/frame.js";
import { RawClient } from "../../helpers/raw-client.js";
import { signal } from "../../helpers/rpc-pair.js";

/** Writes down what the channel tells it. */
export class TestOwner implements ChannelOwner {
  busy = true;
  lastStreamId = 7;
  readonly frames: Frame[] = [];
  writable = 0;
  ends = 0;
  readonly #ended = signal<RpcError | undefined>();
  readonly #closed = signal();
  onEach: (frame: Frame) => void = () => {};
  #wake: () => void = () => {};

  /** The reason of the channel's end. */
  get ended(): Promise<RpcError | undefined> {
    return this.#ended.promise;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  onFrame(frame: Frame): void {
    this.frames.push(frame);
    this.onEach(frame);
    this.#wake();
  }

  onWritable(): void {
    this.writable += 1;
    this.#wake();
  }

  onEnd(reason: RpcError | undefined): void {
    this.ends += 1;
    this.#ended.resolve(reason);
  }

  onClosed(): void {
    this.#closed.resolve();
  }

  /** Resolves once that holds, which is looked at as frames come and room comes. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

export async function socketPair(t: Test): Promise<{ ours: Socket; theirs: Socket }> {
  const server = createServer({ allowHalfOpen: true });
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const ours = connect({ host: "127.0.0.1", port: typeof address === "object" && address !== null ? address.port : 0 });
  const theirs = await accepted;
  theirs.on("error", () => {});
  t.teardown(() => {
    ours.destroy();
    theirs.destroy();
    server.close();
  });
  return { ours, theirs };
}

export function channelOn(t: Test, socket: Socket, limits: Partial<Limits> = {}) {
  const owner = new TestOwner();
  const deadlines = new DeadlineQueue();
  t.teardown(() => {
    deadlines.clear();
    socket.destroy();
  });
  return { channel: new FrameChannel(socket, owner, withDefaults(limits), 1 << 22, deadlines), owner, deadlines };
}

/** `reads: false`: the peer reads nothing until the test resumes its socket. */
export async function channelPair(t: Test, limits: Partial<Limits> = {}, { reads = true } = {}) {
  const { ours, theirs } = await socketPair(t);
  const peer = new RawClient(theirs);
  if (!reads) {
    theirs.pause();
  }
  return { ...channelOn(t, ours, limits), peer, ours, theirs };
}

export function dataFrame(bytes: number, streamId = 1): Frame {
  return { kind: "data", streamId, end: false, payload: new Uint8Array(bytes) };
}
