// One relayed connection: both ways, half-close, backpressure and reset passed on as they come.
import { connect, isIP, type Socket } from "node:net";
import type { Side } from "../event.js";
import { encodeHostPort, type HostPort } from "./relay-address.js";
import { RelayFlow } from "./relay-packets.js";

export interface RelayConnectionOptions {
  readonly target: HostPort;
  readonly initialSequence: () => number;
  readonly capture: (packets: Uint8Array[]) => void;
  readonly note: (line: string) => void;
  readonly closed: () => void;
}

export class RelayConnection {
  readonly #options: RelayConnectionOptions;
  readonly #sockets: Record<Side, Socket>;
  #flow: RelayFlow | undefined;
  readonly #open = new Set<Side>(["client", "server"]);
  #reset = false;

  /** `client` is paused. */
  constructor(client: Socket, options: RelayConnectionOptions) {
    this.#options = options;
    const { host, port } = options.target;
    this.#sockets = { client, server: connect({ host, port, allowHalfOpen: true, noDelay: true }) };
    this.#sockets.server.once("connect", () => this.#connected());
    for (const side of ["client", "server"] as const) {
      this.#sockets[side].on("error", (error) => this.#failed(side, error));
      this.#sockets[side].once("close", () => this.#closed(side));
    }
  }

  destroy(): void {
    this.#sockets.client.destroy();
    this.#sockets.server.destroy();
  }

  #connected(): void {
    const { server, client } = this.#sockets;
    if (client.destroyed) {
      server.destroy();
      return;
    }
    this.#flow = this.#newFlow(server.remoteAddress, server.remotePort);
    this.#options.capture(this.#flow.open());
    this.#pass("client", "server");
    this.#pass("server", "client");
    client.resume();
  }

  #newFlow(address: string | undefined, port: number | undefined): RelayFlow {
    const { client } = this.#sockets;
    const { target, initialSequence } = this.#options;
    const named = isIP(target.host) === 0 ? "0.0.0.0" : target.host;
    return new RelayFlow({
      client: { address: client.remoteAddress ?? "0.0.0.0", port: client.remotePort ?? 0, sequence: initialSequence() },
      server: { address: address ?? named, port: port ?? target.port, sequence: initialSequence() },
    });
  }

  #pass(from: Side, to: Side): void {
    const source = this.#sockets[from];
    const sink = this.#sockets[to];
    source.on("data", (bytes: Buffer) => {
      this.#options.capture(this.#flow?.data(from, bytes) ?? []);
      if (!sink.destroyed && !sink.write(bytes)) source.pause();
    });
    sink.on("drain", () => source.resume());
    source.once("end", () => {
      this.#options.capture(this.#flow?.end(from) ?? []);
      sink.end();
    });
  }

  #failed(side: Side, error: NodeJS.ErrnoException): void {
    const flow = this.#flow;
    if (flow === undefined) {
      if (side === "server") {
        this.#options.note(`no connection to ${encodeHostPort(this.#options.target)}: ${error.message}`);
        this.#options.capture(this.#newFlow(undefined, undefined).refuse());
      }
    } else if (!this.#reset) {
      // One side gave up: the other one must learn it as it would have without us between them.
      this.#options.capture(flow.reset(side));
    }
    this.#reset = true;
    const other = this.#sockets[side === "client" ? "server" : "client"];
    if (other.connecting) other.destroy();
    else other.resetAndDestroy();
  }

  #closed(side: Side): void {
    this.#open.delete(side);
    const other = this.#sockets[side === "client" ? "server" : "client"];
    // A side that closed can take nothing more.
    if (this.#sockets[side].errored !== null || this.#flow === undefined) other.destroy();
    if (this.#open.size === 0) this.#options.closed();
  }
}
