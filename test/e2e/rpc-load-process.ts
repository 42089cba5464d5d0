// The server and the client of a load as processes of their own, steered over Node's own channel between processes.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Test } from "tap";
import type { Limits } from "../../src/rpc/index.js";
import type { TestCertificate } from "../fixtures/certificates.js";

export type CallName = "unary" | "serverStream" | "clientStream" | "bidi";

/** How the parent sets a server up. It answers with {@link Listening}. */
export interface ServerOrder {
  readonly file: string;
  readonly tls: TestCertificate;
  readonly limits: Partial<Limits>;
  readonly graceMs: number;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface ClientOrder {
  readonly file: string;
  readonly port: number;
  readonly ca: string;
  readonly limits: Partial<Limits>;
  /** One caller each, at the same time; a name may come more than once. */
  readonly callers: readonly CallName[];
  readonly timeoutMs: number;
  /** Whether lost connections are made anew. */
  readonly reconnect: boolean;
}

export interface CrowdOrder {
  /** Silent after the Hello; stopped within the TLS handshake; or sending a frame byte by byte. */
  readonly kind: "idle" | "half_open" | "dribbling";
  readonly count: number;
  readonly port: number;
  readonly ca: string;
  readonly dribbleEveryMs: number;
}

/** What the programs say to the parent. */
export type Report =
  | { readonly what: "listening"; readonly port: number }
  /** Calls that have ended so far. */
  | { readonly what: "progress"; readonly calls: number }
  /** How many of a crowd have arrived, and how many have lost their connection since. */
  | { readonly what: "crowd"; readonly arrived: number; readonly gone: number; readonly longestLifeMs: number }
  /** Every caller has stopped. */
  | { readonly what: "finished" }
  /** The server's books, whenever it is asked for them. */
  | {
      readonly what: "books";
      readonly openCalls: number;
      readonly openConnections: number;
      /** Heap and buffers, after everything was collected that can be. */
      readonly heldBytes: number;
    };

type Program = "rpc-load-server" | "rpc-load-client" | "rpc-flood-crowd";

/** How long anything may take that must happen: a bound against hanging, and no measure. */
const PATIENCE_MS = 60_000;

export class LoadProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  /** `program` is the file's name without its ending. */
  constructor(t: Test, program: Program, order: ServerOrder | ClientOrder | CrowdOrder) {
    this.#child = fork(fileURLToPath(new URL(`./${program}.js`, import.meta.url)), { stdio: "inherit" });
    this.#ended = once(this.#child, "exit");
    this.#child.send(order);
    t.teardown(() => this.#child.kill("SIGKILL"));
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Asks a server for its books. */
  askBooks(): void {
    this.#child.send("books");
  }

  /** Resolves with the first report from now on that is wanted. */
  report(wanted: (report: Report) => boolean): Promise<Report> {
    return inTime(
      new Promise((resolve) => {
        const onMessage = (report: Report): void => {
          if (wanted(report)) {
            this.#child.off("message", onMessage);
            resolve(report);
          }
        };
        this.#child.on("message", onMessage);
      }),
    );
  }

  async exited(): Promise<number | null> {
    await inTime(this.#ended);
    return this.#child.exitCode;
  }
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came in ${PATIENCE_MS} ms: it hangs`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
