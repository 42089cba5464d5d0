// A peer's server and client, each in a process on its own core, with one connection between them.
import { PinnedProcess } from "./pinned.js";

export class PeerPair {
  static async start(peer, certificate, { minVersion, ...options } = {}) {
    const pair = new PeerPair(peer, options);
    try {
      await pair.#serve(certificate, minVersion);
      return pair;
    } catch (error) {
      await pair.close();
      throw error;
    }
  }

  constructor(peer, { serverOptions = [], clientOptions = [] }) {
    this.peer = peer;
    this.server = new PinnedProcess("peer-server", { core: 0, nodeOptions: serverOptions });
    this.client = new PinnedProcess("peer-client", { core: 1, nodeOptions: clientOptions });
  }

  async #serve({ cert, key }, minVersion) {
    const { module, build } = this.peer;
    const { port } = await this.server.ask("serve", { peer: module, cert, key, build, minVersion });
    this.target = { peer: module, port, cert, build };
  }

  dial() {
    return this.client.ask("dial", this.target);
  }

  /** One round of load. Rates by the second, CPU in microseconds for each call. */
  async run(load) {
    await this.server.ask("cpu");
    const { count, ms, cpuUs } = await this.client.ask("run", load);
    const serverCpuUs = await this.server.ask("cpu");
    if (count === 0) throw new Error(`${this.peer.label}: nothing was answered in ${Math.round(ms)} ms`);
    return { rate: (count * 1000) / ms, clientUs: cpuUs / count, serverUs: serverCpuUs / count };
  }

  /** One round of new connections. */
  async connect(load) {
    await this.server.ask("cpu");
    const { total, ...result } = await this.client.ask("connectionRate", load);
    return { ...result, serverUs: (await this.server.ask("cpu")) / total };
  }

  /** The client first: a server that goes away with calls open would be an error. */
  async close() {
    await this.client.close();
    await this.server.close();
  }
}
