// Labelled traffic: balanced exchanges between a real server and our own client over TLS 1.3, recorded by the sniffer's relay,
// with a file beside the capture that says what each connection was.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AccountClient } from "../../client/index.js";
import type { PaddingPolicy } from "../../rpc/index.js";
import { makeFolder } from "../../sniffer/new-folder.js";
import { LISTENING, RELAYING, type RunningProgram, startProgram } from "../program.js";
import { EXCHANGE_KINDS, ExchangeCast, type ExchangeKind } from "./exchange-kind.js";
import { type LabelledConnection, readAuthority, shuffled } from "./labelled-connection.js";

export interface ExchangePlan {
  readonly padding: PaddingPolicy;
  /** Of all kinds together, in all runs together; rounded up so that each run has as many of each kind. */
  readonly exchanges: number;
  /** Each has accounts and an order of its own, and follows the one before; who guesses learns from all runs but one. */
  readonly runs: number;
  /** A connection for each exchange, as the client's commands have it, or one for all of a run. */
  readonly connections: "fresh" | "kept";
  /** log2 of scrypt's N; undefined: as the server has it, which takes longer and tells more by time. */
  readonly scryptCost: number | undefined;
  /** Where NAME.pcapng and NAME.labels.json are left. */
  readonly folder: string;
  readonly name: string;
}

const HOST = "127.0.0.1";

/** Plays all runs and gives the path of the capture. Everything it started has ended then. */
export async function recordExchanges(plan: ExchangePlan): Promise<string> {
  makeFolder(plan.folder);
  const capture = join(plan.folder, `${plan.name}.pcapng`);
  const stage = await ExchangeStage.open(plan, capture);
  const connections: LabelledConnection[] = [];
  try {
    const ofEachKind = Math.ceil(plan.exchanges / plan.runs / EXCHANGE_KINDS.length);
    for (let run = 1; run <= plan.runs; run += 1) connections.push(...(await stage.play(run, ofEachKind)));
  } finally {
    await stage.close();
  }
  const labels = { format: "earshot-labels/1", padding: plan.padding, connections };
  await writeFile(join(plan.folder, `${plan.name}.labels.json`), `${JSON.stringify(labels)}\n`);
  return capture;
}

/** A server and, before it, the relay that records. */
class ExchangeStage {
  readonly #plan: ExchangePlan;
  readonly #scratch: string;
  readonly #programs: RunningProgram[] = [];
  #ports = { server: 0, relay: 0 };
  #ca = "";

  private constructor(plan: ExchangePlan, scratch: string) {
    this.#plan = plan;
    this.#scratch = scratch;
  }

  static async open(plan: ExchangePlan, capture: string): Promise<ExchangeStage> {
    const stage = new ExchangeStage(plan, await mkdtemp(join(tmpdir(), "earshot-lengths-")));
    try {
      await stage.#start(capture);
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /** One run: a cast made out of sight, a connection to warm up, then the exchanges in random order. */
  async play(run: number, ofEachKind: number): Promise<LabelledConnection[]> {
    const unseen = await this.#connect(this.#ports.server);
    const cast = await ExchangeCast.prepare(unseen, ofEachKind).finally(() => unseen.close());
    const kinds = shuffled(EXCHANGE_KINDS.flatMap((kind) => Array.from({ length: ofEachKind }, () => kind)));
    const warmUp: LabelledConnection = { run, exchanges: [null] };
    await (await this.#connect(this.#ports.relay)).close();
    const played = this.#plan.connections === "fresh" ? this.#fresh(run, kinds, cast) : this.#kept(run, kinds, cast);
    return [warmUp, ...(await played)];
  }

  async #fresh(run: number, kinds: readonly ExchangeKind[], cast: ExchangeCast): Promise<LabelledConnection[]> {
    for (const kind of kinds) {
      const client = await this.#connect(this.#ports.relay);
      await cast.play(kind, client).finally(() => client.close());
    }
    return kinds.map((kind) => ({ run, exchanges: [kind] }));
  }

  async #kept(run: number, kinds: readonly ExchangeKind[], cast: ExchangeCast): Promise<LabelledConnection[]> {
    const client = await this.#connect(this.#ports.relay);
    try {
      await cast.play("Login", client); // What belongs to the handshake is over then.
      for (const kind of kinds) await cast.play(kind, client);
    } finally {
      await client.close();
    }
    return [{ run, exchanges: [null, ...kinds] }];
  }

  /** Ends what was started, the youngest first, so that the capture is whole. */
  async close(): Promise<void> {
    for (const program of this.#programs.splice(0).reverse()) await program.stop();
    await rm(this.#scratch, { recursive: true, force: true });
  }

  #connect(port: number): Promise<AccountClient> {
    const { padding } = this.#plan;
    return AccountClient.connect({ host: HOST, port, padding, tls: { ca: this.#ca } });
  }

  async #start(capture: string): Promise<void> {
    const { padding, scryptCost } = this.#plan;
    const certificates = join(this.#scratch, "certs");
    const cost = scryptCost === undefined ? [] : ["--scrypt-cost", String(scryptCost)];
    const server = await this.#run("server", LISTENING, "stdout", [
      ...["--listen", `${HOST}:0`, "--cert", certificates, "--database", join(this.#scratch, "accounts.db")],
      ...["--padding", padding, "--throttle", "off", "--log-level", "error", ...cost],
    ]);
    const route = `${HOST}:0=${HOST}:${server}`;
    const relay = await this.#run("sniffer", RELAYING, "stderr", [
      "-Z",
      "root",
      "--relay",
      route,
      "--json",
      "-w",
      capture,
    ]);
    this.#ports = { server, relay };
    this.#ca = await readAuthority(certificates);
  }

  async #run(name: "server" | "sniffer", pattern: RegExp, on: "stdout" | "stderr", args: string[]): Promise<number> {
    const { program, match } = await startProgram(name, args, { on, pattern });
    this.#programs.push(program);
    return Number(match);
  }
}
