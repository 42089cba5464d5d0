// What both sides' hellos agreed on, as far as it was seen.
import type { ClientHello } from "./client-hello.js";
import { ExtensionType } from "./extension-names.js";
import type { KeyExchange } from "./key-exchange.js";
import { isTls13 } from "./names.js";
import type { ServerHello } from "./server-hello.js";

/** What is kept of a ClientHello for as long as its connection: floods of hellos have lists that nobody asks for again. */
export interface ClientOffer extends Pick<ClientHello, "random" | "sessionId"> {
  readonly suites13: readonly number[];
  readonly hasEarlyData: boolean;
}

export class TlsSession {
  offer: ClientOffer | undefined;
  serverHello: ServerHello | undefined;
  /** undefined where there is no key log. */
  readonly keyExchange: KeyExchange | undefined;

  constructor(keyExchange?: KeyExchange) {
    this.keyExchange = keyExchange;
  }

  /** The client's hello; after a retry it is the second one that counts. */
  offered({ random, sessionId, cipherSuites, extensions }: ClientHello): void {
    const suites13 = cipherSuites.filter((suite) => suite >>> 8 === 0x13);
    this.offer = { random, sessionId, suites13, hasEarlyData: extensions.includes(ExtensionType.EarlyData) };
  }

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
