// A TCP relay that passes bytes on faithfully and gives the pipeline the packets a wire would have shown. It needs
// neither root nor libpcap.
import { randomInt } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { RawPacket } from "../packet/raw-packet.js";
import { LiveError } from "./live-error.js";
import type { LiveSource } from "./live-source.js";
import { encodeHostPort, type RelayRoute } from "./relay-address.js";
import { RelayConnection } from "./relay-connection.js";
import { RELAY_LINK_TYPE } from "./relay-packets.js";
import { WallClock } from "./wall-clock.js";

export interface RelayOptions {
  readonly route: RelayRoute;
  /** Connections above it are closed at once. */
  readonly maxConnections: number;
  /** Told about connections that failed. */
  readonly note: (line: string) => void;
}

export class RelaySource implements LiveSource {
  readonly drops = 0;
  readonly ended: Promise<void>;
  readonly #options: RelayOptions;
  readonly #server: Server;
  readonly #connections = new Set<RelayConnection>();
  readonly #clock = new WallClock();
  #receive: (packet: RawPacket) => void = () => {};
  #frame = 0;
  #resolveEnded: () => void = () => {};

  constructor(options: RelayOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    // Paused until the target is connected, so that bytes wait in the kernel and not here.
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) =>
      this.#accept(socket),
    );
    this.#server.maxConnections = options.maxConnections;
    this.#server.on("drop", () => options.note(`refused a connection: ${options.maxConnections} are open`));
  }

  /** Port that the relay listens on, once started. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async start(receive: (packet: RawPacket) => void): Promise<string> {
    this.#receive = receive;
    const { listen, target } = this.#options.route;
    await new Promise<void>((resolve, reject) => {
      const refuse = (cause: Error): void => {
        const where = encodeHostPort(listen);
        reject(new LiveError("cannot_listen", `cannot listen on ${where}: ${whyNot(cause)}`, { cause }));
      };
      this.#server.once("error", refuse);
      this.#server.listen(listen.port, listen.host, () => {
        this.#server.off("error", refuse);
        resolve();
      });
    });
    this.#server.on("error", (error) => this.#options.note(`relay: ${error.message}`));
    return `relaying ${encodeHostPort({ host: listen.host, port: this.port })} -> ${encodeHostPort(target)}`;
  }

  async stop(): Promise<void> {
    this.#receive = () => {};
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.destroy();
    await closed;
    this.#resolveEnded();
  }

  #accept(socket: Socket): void {
    const connection = new RelayConnection(socket, {
      target: this.#options.route.target,
      initialSequence: () => randomInt(0x100000000),
      capture: (packets) => this.#capture(packets),
      note: this.#options.note,
      closed: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  #capture(packets: Uint8Array[]): void {
    for (const bytes of packets) {
      this.#frame += 1;
      const { seconds, nanoseconds } = this.#clock.now();
      const frame = this.#frame;
      this.#receive({ frame, seconds, nanoseconds, linkType: RELAY_LINK_TYPE, originalLength: bytes.length, bytes });
    }
  }
}

function whyNot(cause: Error): string {
  const code = "code" in cause ? cause.code : undefined;
  if (code === "EADDRINUSE") return "it is in use; choose another port, or 0 for a free one";
  if (code === "EACCES") return "ports below 1024 are the system's; choose a higher one";
  if (code === "EADDRNOTAVAIL") return "this machine has no such address";
  return cause.message;
}
