// Writes many copies of one frame: as the fastest program over TLS would that knows every byte in advance.

/** The other side can begin while we go on: in four parts, none so small that writing it costs more than it wins. */
const parts = 4;
const minPartBytes = 4096;
const maxPartBytes = 16 * 1024;

export class FramePump {
  #socket;
  #table;
  #frameBytes;
  #owed = 0;
  /** Large frames go one by one: TLS would first copy all that wait into one buffer. */
  #waits = false;

  constructor(socket, frame) {
    this.#socket = socket;
    this.#frameBytes = frame.length;
    this.#table = Buffer.concat(Array.from({ length: Math.ceil(maxPartBytes / frame.length) }, () => frame));
    socket.on("drain", () => {
      this.#waits = false;
      this.#write(0);
    });
  }

  /** Sends `count` frames. The table is never written to, so no copy is needed. */
  send(count) {
    if (this.#frameBytes <= maxPartBytes) this.#write(count);
    else setImmediate(() => this.#write(count)); // Not from within the reading of what is still encrypted.
  }

  #write(count) {
    this.#owed += count;
    const partBytes = Math.min(Math.max((this.#owed * this.#frameBytes) / parts, minPartBytes), maxPartBytes);
    const perWrite = Math.ceil(partBytes / this.#frameBytes);
    while (this.#owed > 0 && !this.#waits) {
      const frames = Math.min(this.#owed, perWrite);
      this.#owed -= frames;
      const wantsMore = this.#socket.write(this.#table.subarray(0, frames * this.#frameBytes));
      this.#waits = !wantsMore && this.#frameBytes > maxPartBytes;
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
