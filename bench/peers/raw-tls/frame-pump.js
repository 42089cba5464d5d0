// Writes many copies of one frame: as the fastest program over TLS would that knows every byte in advance.

/** The other side can begin while we go on: in four parts, none so small that writing it costs more than it wins. */
const parts = 4;
const minPartBytes = 4096;
const maxPartBytes = 16 * 1024;
const pieceBytes = 64 * 1024;

export class FramePump {
  #socket;
  #table;
  #frameBytes;
  #owed = 0;
  #sentBytes = 0;

  constructor(socket, frame) {
    this.#socket = socket;
    this.#frameBytes = frame.length;
    this.#table = Buffer.concat(Array.from({ length: Math.ceil(maxPartBytes / frame.length) }, () => frame));
    socket.on("drain", () => this.#sendPieces());
  }

  /** Sends `count` frames. The table is never written to, so no copy is needed. */
  send(count) {
    if (this.#frameBytes <= maxPartBytes) {
      this.#sendTogether(count);
      return;
    }
    this.#owed += count;
    setImmediate(() => this.#sendPieces()); // Not from within the reading of what is still encrypted.
  }

  #sendTogether(count) {
    const partBytes = Math.min(Math.max((count * this.#frameBytes) / parts, minPartBytes), maxPartBytes);
    const perWrite = Math.ceil(partBytes / this.#frameBytes);
    for (let left = count; left > 0; left -= perWrite) {
      this.#socket.write(this.#table.subarray(0, Math.min(left, perWrite) * this.#frameBytes));
    }
  }

  /** A large frame leaves piece by piece: the other side deciphers one while we encipher the next. */
  #sendPieces() {
    while (this.#owed > 0 && !this.#socket.writableNeedDrain) {
      const end = Math.min(this.#sentBytes + pieceBytes, this.#frameBytes);
      this.#socket.write(this.#table.subarray(this.#sentBytes, end));
      this.#owed -= end === this.#frameBytes ? 1 : 0;
      this.#sentBytes = end % this.#frameBytes;
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
