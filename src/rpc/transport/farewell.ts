// How a server parts from a socket that it will not serve: what it has to say still leaves, and then nothing keeps it.

import type { Socket } from "node:net";

/** How long one that is sent away may take to read why, and to close its side. */
const LINGER_MS = 1_000;

/**
 * Closes behind what was written, the end of the handshake too: in TLS 1.2 the server is told that it is done before its own
 * last message has left. Errors are no longer of interest.
 */
export function sendAway(socket: Socket, lastWords?: Uint8Array): void {
  socket.on("error", ignore);
  if (lastWords !== undefined) {
    socket.write(lastWords);
  }
  socket.end();
  socket.resume(); // A close with unread bytes would be a reset, and eat the last words.
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
}

function ignore(): void {}
