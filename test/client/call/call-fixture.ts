// `client call` in this process, against a server over TLS: what it prints, what it warns of, how it fails.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { runCall } from "../../../src/client/call/call-run.js";
import { ClientError } from "../../../src/client/client-error.js";
import { decodeArguments } from "../../../src/client/invocation.js";
import { RpcServer } from "../../../src/rpc/index.js";
import { testAuthority } from "../../helpers/rpc-pair.js";

export interface CallServer {
  readonly server: RpcServer;
  readonly address: string;
  /** Path of the authority's PEM file. */
  readonly caFile: string;
  /** EARSHOT_HOME. */
  readonly home: string;
}

/** Serves what `serve` adds, over TLS. */
export async function callServer(t: Test, serve: (server: RpcServer) => void): Promise<CallServer> {
  const { ca, server: tls } = await testAuthority();
  const server = new RpcServer({ tls });
  serve(server);
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => server.close({ graceMs: 0 }));
  const home = t.testdir();
  const caFile = join(home, "authority.pem");
  writeFileSync(caFile, ca);
  return { server, address: `127.0.0.1:${port}`, caFile, home };
}

export interface Outcome {
  readonly printed: readonly string[];
  readonly warned: readonly string[];
  readonly error: ClientError | undefined;
}

export interface CallInput {
  /** Chunks of standard input. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with each line; false says that nobody reads any more. */
  readonly onLine?: ((line: string) => boolean) | undefined;
}

/** Runs `client call ARGS` to its end. Anything but a ClientError fails the test. */
export async function call(running: CallServer, args: readonly string[], input: CallInput = {}): Promise<Outcome> {
  const printed: string[] = [];
  const warned: string[] = [];
  const { stdin = textChunks(), signal = new AbortController().signal, onLine = () => true } = input;
  const invocation = await decodeArguments(["call", ...args, "--server", running.address, "--ca", running.caFile]);
  if (invocation?.command !== "call") throw new Error("no call");
  const error = await runCall(invocation, {
    env: { EARSHOT_HOME: running.home },
    stdin: () => stdin,
    warn: (text) => warned.push(text),
    signal,
    print: async (text) => {
      printed.push(...text.trimEnd().split("\n"));
      return onLine(text);
    },
  }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error !== undefined && !(error instanceof ClientError)) throw error;
  return { printed, warned, error };
}

export async function* textChunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
