// What happens to the cluster, as a table that grows by one row a second, with what is done to it in between.

import type { GaleraNode } from "../fixtures/galera.js";
import type { AccountFlow } from "./account-flow.js";
import type { ClusterServer } from "./cluster-server.js";

const HEADER = "   time   nodes      servers    accounts   logins   checks  logouts   faults";
const INTERVAL_MS = 1_000;

export class ClusterTable {
  readonly #write: (line: string) => void;
  readonly #startedMs = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** Something that was done, or came about. */
  tell(what: string): void {
    this.#write(`${this.#time()}   ${what}`);
  }

  follow(nodes: readonly GaleraNode[], servers: readonly ClusterServer[], flow: AccountFlow): void {
    this.#write(HEADER);
    this.#timer = setInterval(() => {
      const { registered, loggedIn, checked, loggedOut, faults } = flow.counts;
      const marks = [
        nodes.map(({ name, isRunning }) => (isRunning ? name : "--")).join(" "),
        servers.map(({ name, address }) => (address === undefined ? "--" : name)).join(" "),
      ];
      const figures = [registered, loggedIn, checked, loggedOut, faults].map((figure) => String(figure).padStart(9));
      this.#write(`${this.#time()}   ${marks.join("   ")} ${figures.join("")}`);
    }, INTERVAL_MS);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #time(): string {
    return `${((performance.now() - this.#startedMs) / 1_000).toFixed(1)} s`.padStart(7);
  }
}
