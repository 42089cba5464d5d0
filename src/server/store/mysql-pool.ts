// The connections to one node: so many and no more, taken and given back; none is handed on in a doubtful state.

import { setTimeout as sleep } from "node:timers/promises";
import { type Deadline, deadlineIn } from "./deadline.js";
import type { MysqlConnection } from "./mysql-connection.js";
import { TurnQueue } from "./turn-queue.js";

const MAX_WAITING = 1_000;
const CLOSE_MS = 1_000;
const CLOSE_POLL_MS = 5;

export class MysqlPool {
  readonly #open: (deadline: Deadline) => Promise<MysqlConnection>;
  readonly #turns: TurnQueue;
  readonly #idle: MysqlConnection[] = [];
  readonly #taken = new Set<MysqlConnection>();
  #isClosed = false;

  constructor(open: (deadline: Deadline) => Promise<MysqlConnection>, maxConnections: number) {
    this.#open = open;
    this.#turns = new TurnQueue(maxConnections, MAX_WAITING);
  }

  /** Waits for a turn, then takes an idle connection or opens one. To be followed by `give` or `drop`. */
  async take(deadline: Deadline): Promise<MysqlConnection> {
    await this.#turns.take(deadline);
    try {
      const connection = this.#takeIdle() ?? (await this.#open(deadline));
      this.#taken.add(connection);
      return connection;
    } catch (error) {
      this.#turns.give();
      throw error;
    }
  }

  /** One that is in the midst of a transaction is not kept: its next user would be part of it. */
  give(connection: MysqlConnection): void {
    if (connection.isInTransaction || connection.isBroken || this.#isClosed) {
      this.drop(connection);
      return;
    }
    this.#taken.delete(connection);
    this.#idle.push(connection);
    this.#turns.give();
  }

  drop(connection: MysqlConnection): void {
    connection.destroy();
    this.#taken.delete(connection);
    this.#turns.give();
  }

  /** After an outage those that nobody uses are not to be trusted, and each would cost someone a deadline. */
  dropIdle(): void {
    for (const connection of this.#idle.splice(0)) {
      connection.destroy();
    }
  }

  /** Waits for work under way, but not for long: a frozen database never ends it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const deadline = deadlineIn(CLOSE_MS);
    await Promise.all(this.#idle.splice(0).map((connection) => connection.end(deadline)));
    for (let waitedMs = 0; waitedMs < CLOSE_MS && !this.#turns.isIdle; waitedMs += CLOSE_POLL_MS) {
      await sleep(CLOSE_POLL_MS);
    }
    for (const connection of this.#taken) {
      connection.destroy();
    }
  }

  #takeIdle(): MysqlConnection | undefined {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (!last.isBroken) {
        return last;
      }
      last.destroy();
    }
    return undefined;
  }
}
