// Writes many copies of one frame: as the fastest program over TLS would that knows every byte in advance.

/** The other side can begin while we go on: in four parts, none so small that writing it costs more than it wins. */
const parts = 4;
const minPartBytes = 4096;
const maxPartBytes = 16 * 1024;

export class FramePump {
  #socket;
  #table;
  #frameBytes;

  constructor(socket, frame) {
    this.#socket = socket;
    this.#frameBytes = frame.length;
    this.#table = Buffer.concat(Array.from({ length: Math.ceil(maxPartBytes / frame.length) }, () => frame));
  }

  /** Sends `count` frames. The table is never written to, so no copy is needed. */
  send(count) {
    const partBytes = Math.min(Math.max((count * this.#frameBytes) / parts, minPartBytes), maxPartBytes);
    const perWrite = Math.ceil(partBytes / this.#frameBytes);
    let left = count;
    while (left > 0) {
      const frames = Math.min(left, perWrite);
      this.#socket.write(this.#table.subarray(0, frames * this.#frameBytes));
      left -= frames;
    }
  }
}

/** Counts whole frames of one length in what arrives. */
export class FrameCounter {
  #frameBytes;
  #bytes = 0;

  constructor(frameBytes) {
    this.#frameBytes = frameBytes;
  }

  /** How many frames this chunk completes. */
  push(chunk) {
    this.#bytes += chunk.length;
    const frames = Math.floor(this.#bytes / this.#frameBytes);
    this.#bytes -= frames * this.#frameBytes;
    return frames;
  }
}
