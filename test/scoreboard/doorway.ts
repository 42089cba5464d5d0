// A way by TCP to a server: from an address of its own, and it can swallow an answer and cut the connection.

import { once } from "node:events";
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from "node:net";

export interface DoorwayOptions {
  /** Where the server is. */
  readonly to: NetConnectOpts;
}

export class Doorway {
  readonly port: number;
  readonly #server: Server;
  readonly #to: NetConnectOpts;
  readonly #sockets = new Set<Socket>();
  #onCut: (() => Promise<void>) | undefined;
  /** How many answers were swallowed. */
  cuts = 0;

  static async open({ to }: DoorwayOptions): Promise<Doorway> {
    const server = createServer({ noDelay: true });
    server.listen({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    return new Doorway(server, to);
  }

  private constructor(server: Server, to: NetConnectOpts) {
    const address = server.address();
    this.port = typeof address === "object" && address !== null ? address.port : 0;
    this.#server = server;
    this.#to = to;
    server.on("connection", (near) => this.#relay(near));
  }

  /**
   * What the server answers to the next thing that a client sends is swallowed; once the promise settles, that connection is
   * cut. For one call at a time on a connection that is quiet otherwise.
   */
  cutNextAnswer(whenSwallowed: () => Promise<void>): void {
    this.#onCut = whenSwallowed;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await closed;
  }

  #relay(near: Socket): void {
    const far = connect(this.#to);
    far.setNoDelay(true);
    let onCut: (() => Promise<void>) | undefined;
    let isCut = false;
    this.#follow(near, far);
    this.#follow(far, near);
    near.on("data", (chunk) => {
      onCut ??= this.#onCut;
      this.#onCut = undefined;
      far.write(chunk);
    });
    far.on("data", (chunk) => {
      if (onCut === undefined) {
        near.write(chunk);
      } else if (!isCut) {
        isCut = true;
        this.cuts += 1;
        onCut().finally(() => near.destroy());
      }
    });
  }

  #follow(socket: Socket, other: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      this.#sockets.delete(socket);
      other.destroy();
    });
  }
}
