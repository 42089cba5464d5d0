// Mutated answers side by side against clients in this process, each with one call of each kind.

import { Connection } from "../../src/rpc/calling/connection.js";
import type { Limits, RpcError } from "../../src/rpc/index.js";
import { withDefaults } from "../../src/rpc/limits.js";
import { EchoServiceDefinition } from "../gen/earshot/test/v1/echo.js";
import type { RandomSource } from "../helpers/random-source.js";
import { IN_PROCESS_PEER, inProcessPair } from "./in-process-socket.js";
import { MutatedServer } from "./mutated-server.js";
import { FRAMES_PER_SESSION, MUTATION_CHANCE, turn } from "./session-fuzz.js";

const SESSIONS_AT_ONCE = 64;
/** Turns of the event loop after the end of a connection, by which all of it must be over. */
const MAX_TURNS = 500;
const TIMEOUT_MS = 60_000;

export class AnswerFuzz {
  mutated = 0;
  sessions = 0;
  readonly outcomes: Record<string, number> = {};
  /** What no frame may bring about. */
  readonly faults = new Set<string>();
  readonly #random: RandomSource;
  readonly #limits: Limits = withDefaults({ streamWindowBytes: 65_536 });

  constructor(random: RandomSource) {
    this.#random = random;
  }

  async run(frames: number): Promise<void> {
    const wantedFrames = this.mutated + frames;
    const work = async (): Promise<void> => {
      while (this.mutated < wantedFrames) {
        await this.#session();
      }
    };
    await Promise.all(Array.from({ length: SESSIONS_AT_ONCE }, work));
  }

  async #session(): Promise<void> {
    this.sessions += 1;
    const { socket, other } = inProcessPair();
    const policy = { limits: this.#limits, padding: "off" as const };
    const settings = { ...policy, defaultTimeoutMs: TIMEOUT_MS, interceptors: [], reconnecting: undefined };
    const connection = new Connection({ socket, peer: IN_PROCESS_PEER }, settings);
    let isOver = false;
    connection.on("close", (reason) => this.#judge(reason));
    other.on("end", () => {
      isOver = true;
    });
    other.on("error", () => {});
    other.resume();
    let open = 4;
    for (const call of calls(connection)) {
      call
        .then(
          () => this.#note("OK"),
          (error: RpcError) => this.#note(error.codeName),
        )
        .finally(() => {
          open -= 1;
        });
    }
    const server = new MutatedServer(this.#random, MUTATION_CHANCE);
    for (let count = 0; count < FRAMES_PER_SESSION && !isOver; count += 1) {
      const { bytes, mutated } = server.next();
      other.write(bytes);
      this.mutated += mutated ? 1 : 0;
      await turn();
    }
    other.end();
    for (let turns = 0; open > 0 || connection.open; turns += 1) {
      if (turns > MAX_TURNS) {
        this.faults.add(`${open} calls hang`);
        break;
      }
      await turn();
    }
  }

  #judge(reason: RpcError | undefined): void {
    if (reason?.codeName === "INTERNAL") {
      this.faults.add(`${reason.message}: ${String(reason.cause)}`);
    }
  }

  #note(outcome: string): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }
}

/** One of each kind. */
function calls(connection: Connection): Promise<unknown>[] {
  const echo = connection.client(EchoServiceDefinition);
  const bidi = echo.bidi(requests());
  return [
    echo.unary({ text: "text" }),
    readAll(echo.serverStream({ count: 3 })),
    echo.clientStream(requests()),
    readAll(bidi),
  ];
}

async function* requests() {
  yield { text: "one" };
  await turn();
  yield { data: new Uint8Array(100) };
}

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream) {
    // Only that it ends counts.
  }
}
