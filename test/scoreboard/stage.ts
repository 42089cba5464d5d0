// What rows run on: a folder, a MariaDB, a cluster, servers and connections, all gone when the stage ends.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../../src/rpc/index.js";
import { Galera } from "../fixtures/galera.js";
import { Mariadb } from "../fixtures/mariadb.js";
import type { Accounts } from "./patient-calls.js";
import { type LoadOptions, RegisterLoad } from "./register-load.js";
import { ServerChild, type ServerChildOptions } from "./server-child.js";

export class Stage {
  readonly #outer: Stage | undefined;
  readonly #teardowns: (() => unknown)[] = [];
  #folder: Promise<string> | undefined;
  #mariadb: Promise<Mariadb> | undefined;
  #galera: Promise<Galera> | undefined;
  #servers = 0;

  /** The cluster of the outer stage is used by all within it. */
  constructor(outer?: Stage) {
    this.#outer = outer;
  }

  /** As tests have it: the last that was added runs first. */
  teardown(end: () => unknown): void {
    this.#teardowns.push(end);
  }

  async end(): Promise<void> {
    for (let end = this.#teardowns.pop(); end !== undefined; end = this.#teardowns.pop()) {
      await end();
    }
  }

  folder(): Promise<string> {
    this.#folder ??= this.#newFolder();
    return this.#folder;
  }

  mariadb(): Promise<Mariadb> {
    this.#mariadb ??= Mariadb.start(this);
    return this.#mariadb;
  }

  galera(): Promise<Galera> {
    if (this.#outer !== undefined) {
      return this.#outer.galera();
    }
    this.#galera ??= Galera.start(this);
    return this.#galera;
  }

  /** A `server` process that listens already. */
  async server(options: ServerChildOptions): Promise<ServerChild> {
    this.#servers += 1;
    const name = `s${this.#servers}`;
    const server = new ServerChild(join(await this.folder(), name), options);
    this.teardown(() => server.kill());
    await server.start();
    return server;
  }

  /** Three servers on the cluster, each of which prefers another node. */
  async clusterServers(): Promise<readonly [ServerChild, ServerChild, ServerChild]> {
    const galera = await this.galera();
    const server = (order: readonly number[]) => this.server({ database: galera.url(order) });
    return await Promise.all([server([0, 1, 2]), server([1, 2, 0]), server([2, 0, 1])]);
  }

  /** So many connections to the server. */
  async connections(server: ServerChild, count: number): Promise<readonly Connection[]> {
    const connections = await Promise.all(Array.from({ length: count }, () => server.connect()));
    this.teardown(() => Promise.all(connections.map((connection) => connection.close({ graceMs: 0 }))));
    return connections;
  }

  /** Ends with the stage, for a row that fails would leave its load running for ever. */
  registerLoad(clients: readonly Accounts[], perClient: number, options?: LoadOptions): RegisterLoad {
    const load = new RegisterLoad(clients, perClient, options);
    this.teardown(() => load.end());
    return load;
  }

  async #newFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "earshot-board-"));
    this.teardown(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }
}
