// GET /metrics over HTTP: small, bounded and apart from the accounts' port, since whoever reaches it reads it.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CommandError } from "../command-error.js";

/** As much of a registry of prom-client as is needed. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

export interface MetricsAddress {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
}

const PATH = "/metrics";
const MAX_CONNECTIONS = 16;
const MAX_HEADER_BYTES = 8 * 1024;
const REQUEST_MS = 5_000;
const IDLE_MS = 15_000;

export class MetricsEndpoint {
  readonly #server: Server;

  /** Listens. @throws CommandError that says why it cannot */
  static async open({ host, port }: MetricsAddress, source: MetricsSource): Promise<MetricsEndpoint> {
    const server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: REQUEST_MS,
        requestTimeout: REQUEST_MS,
        keepAliveTimeout: IDLE_MS,
        connectionsCheckingInterval: 1_000,
      },
      (request, response) => void answer(request, response, source),
    );
    server.maxConnections = MAX_CONNECTIONS;
    // A reader that does not read.
    server.setTimeout(IDLE_MS);
    server.listen({ host, port });
    try {
      await once(server, "listening");
    } catch (error) {
      throw new CommandError("failed", `--metrics ${host}:${port}: ${reasonOf(error)}`);
    }
    server.on("error", () => undefined);
    return new MetricsEndpoint(server);
  }

  private constructor(server: Server) {
    this.#server = server;
  }

  get address(): AddressInfo {
    const address = this.#server.address();
    if (address === null || typeof address === "string") {
      throw new CommandError("failed", "the metrics' port is closed");
    }
    return address;
  }

  get url(): string {
    const { address, family, port } = this.address;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}${PATH}`;
  }

  /** Whether other machines may reach it. */
  get isExposed(): boolean {
    const { address } = this.address;
    return !/^(?:::ffff:)?127\./.test(address) && address !== "::1";
  }

  /** Scrapes under way are cut off. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, source: MetricsSource): Promise<void> {
  request.on("error", () => undefined);
  response.on("error", () => undefined);
  const { method, url = "" } = request;
  if (url !== PATH && !url.startsWith(`${PATH}?`)) {
    end(response, 404, `only ${PATH} is here\n`);
    return;
  }
  if (method !== "GET" && method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    end(response, 405, "use GET\n");
    return;
  }
  try {
    const text = await source.metrics();
    response.setHeader("cache-control", "no-store");
    end(response, 200, text, source.contentType);
  } catch {
    end(response, 500, "the metrics cannot be read\n");
  }
}

/** Node leaves the body out of what answers HEAD. Whoever was refused is not kept. */
function end(response: ServerResponse, status: number, text: string, type = "text/plain; charset=utf-8"): void {
  if (status !== 200) {
    response.setHeader("connection", "close");
  }
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(text),
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  switch (code) {
    case "EADDRINUSE":
      return "another program listens there; stop it, or choose another port";
    case "EADDRNOTAVAIL":
      return "this machine has no such address";
    case "EACCES":
      return "this user may not listen there; choose a port above 1023";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "the host's name is not known";
    default:
      return `cannot listen (${code})`;
  }
}
