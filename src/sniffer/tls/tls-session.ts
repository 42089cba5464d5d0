// What both sides' hellos agreed on, as far as it was seen.
import type { ClientHello } from "./client-hello.js";
import { isTls13 } from "./names.js";
import type { ServerHello } from "./server-hello.js";

export class TlsSession {
  clientHello: ClientHello | undefined;
  serverHello: ServerHello | undefined;

  /** undefined while no ServerHello was seen. */
  get version(): number | undefined {
    return this.serverHello?.version;
  }

  get isTls13(): boolean {
    return this.serverHello !== undefined && isTls13(this.serverHello.version);
  }

  /** TLS 1.3 proper has begun: a retry has chosen the version but no keys yet. */
  get isKeyed13(): boolean {
    return this.isTls13 && this.serverHello?.isRetry === false;
  }
}
