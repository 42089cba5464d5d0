// A relay with its live page, as a process, and what goes through it.
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { type Running, start } from "../sniffer-program.js";

export const PASSWORD = "correct horse battery";

interface Teardown {
  teardown(end: () => unknown): void;
}

export interface WatchedRelay {
  readonly running: Running;
  /** Of the live page. */
  readonly address: string;
  /** Asks the server behind the relay for a path, with a password, and waits for its answer. */
  talk(path: string): Promise<void>;
}

export async function watchRelay(t: Teardown, args: readonly string[] = []): Promise<WatchedRelay> {
  const server = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const running = start(["--relay", `0=127.0.0.1:${port}`, "--web", ...args], { CI: "" });
  t.teardown(async () => {
    running.child.kill("SIGKILL");
    await running.ended;
  });
  const address = (await running.said(/^live page: \S+$/m)).slice("live page: ".length);
  const relaying = await running.said(/^relaying .*$/m);
  const relayPort = Number(/:(\d+) ->/.exec(relaying)?.[1]);
  const authorization = `Basic ${Buffer.from(`alice:${PASSWORD}`).toString("base64")}`;
  const talk = async (path: string): Promise<void> => {
    await ask(`http://127.0.0.1:${relayPort}${path}`, { headers: { authorization } });
  };
  return { running, address, talk };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request on a connection of its own. */
export async function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string>; path?: string } = {},
): Promise<Answer> {
  const request = httpRequest(url, { agent: false, ...options });
  request.end();
  const [response] = await once(request, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}
