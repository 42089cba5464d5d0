// Load by new connections: lanes that open one after the other.
import { TLSSocket } from "node:tls";
import { startLanes } from "./lanes.js";

const lanes = 8;
/** By then the server's tickets have come, which only follow the handshake (RFC 8446, 4.6.1). */
const lifeMs = 10;
const seen = new WeakSet();
let resumedSockets = 0;
countResumed();

/**
 * `open(serverName)` makes one connection and resolves with what closes it. Each full handshake gets a name of its own, since sessions are kept
 * by name; resumed ones share a name.
 */
export function startConnecting(resume, open) {
  let serial = 0;
  const load = startLanes(lanes, (done) => {
    const serverName = resume ? "localhost" : `n${serial++}.bench.localhost`;
    open(serverName).then((close) => {
      setTimeout(close, lifeMs);
      done();
    }, done);
  });
  Object.defineProperty(load, "resumed", { get: () => resumedSockets });
  return load;
}

/** Both clients ask each socket whether it was resumed: we listen in. */
function countResumed() {
  const { isSessionReused } = TLSSocket.prototype;
  TLSSocket.prototype.isSessionReused = function () {
    const resumed = isSessionReused.call(this);
    if (resumed && !seen.has(this)) {
      seen.add(this);
      resumedSockets += 1;
    }
    return resumed;
  };
}
