// Which node of the database is used: the first in the order of the URL that is up, so that servers share one writer.

import { setTimeout as sleep } from "node:timers/promises";
import { type Deadline, monotonicMs } from "./deadline.js";
import type { MysqlNode } from "./mysql-node.js";
import type { StoreNode } from "./store-condition.js";
import type { StoreError } from "./store-error.js";

/** When all nodes are down, operations wait for one for so long after the outage began: a restart, or a cluster's new view. */
const OUTAGE_MS = { oneNode: 2_500, cluster: 4_500 } as const;
/** In a longer outage they fail after this, which lets a probe that is under way still help them. */
const SHORT_WAIT_MS = 500;

export class MysqlFailover {
  readonly #nodes: readonly [MysqlNode, ...MysqlNode[]];
  readonly #waiting = new Set<() => void>();

  constructor(nodes: readonly [MysqlNode, ...MysqlNode[]]) {
    this.#nodes = nodes;
  }

  get isCluster(): boolean {
    return this.#nodes.length > 1;
  }

  get nodes(): readonly StoreNode[] {
    return this.#nodes.map(({ name, outage }) => ({ name, isUp: outage === undefined }));
  }

  /** To be told of every change of a node. */
  wake(): void {
    for (const wake of [...this.#waiting]) {
      wake();
    }
  }

  /** @throws StoreError why the first node is down, once all have been for too long. */
  async choose(deadline: Deadline): Promise<MysqlNode> {
    const startedMs = monotonicMs();
    for (;;) {
      const node = this.#nodes.find(({ outage }) => outage === undefined);
      if (node !== undefined) {
        return node;
      }
      const leftMs = this.#patienceMs(startedMs, deadline);
      const error = this.#error();
      if (error !== undefined && (leftMs <= 0 || !isPassing(error))) {
        throw error;
      }
      await this.#change(leftMs);
    }
  }

  async close(): Promise<void> {
    this.wake();
    await Promise.all(this.#nodes.map((node) => node.close()));
  }

  #patienceMs(startedMs: number, deadline: Deadline): number {
    const latest = Math.max(...this.#nodes.map(({ outage }) => outage?.sinceMs ?? 0));
    const outageMs = this.isCluster ? OUTAGE_MS.cluster : OUTAGE_MS.oneNode;
    return Math.min(deadline, Math.max(latest + outageMs, startedMs + SHORT_WAIT_MS)) - monotonicMs();
  }

  #error(): StoreError | undefined {
    return this.#nodes[0].outage?.error;
  }

  async #change(ms: number): Promise<void> {
    const ended = new AbortController();
    const wake = (): void => ended.abort();
    this.#waiting.add(wake);
    await sleep(Math.max(0, ms), undefined, { signal: ended.signal }).catch(() => undefined);
    this.#waiting.delete(wake);
  }
}

/** What no waiting cures: a wrong password, a missing database, a certificate. */
function isPassing({ code }: StoreError): boolean {
  return code === "unavailable" || code === "timeout" || code === "overloaded";
}
