// Serves the live page on 127.0.0.1: to whoever has its address, and only to be read. Whatever else comes gets the same
// 404, so that nobody learns more than that something listens here.
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import { pipeline, Readable } from "node:stream";
import { RunError } from "../run-error.js";
import type { HeldCapture } from "./held-packets.js";
import { isLoopbackHost, isOwnOrigin, PageToken } from "./page-access.js";
import type { PageContent } from "./page-content.js";

const HOST = "127.0.0.1";
const MAX_CONNECTIONS = 32;
/** Large ones: each may hold what it sends for as long as its reader takes. */
const MAX_DOWNLOADS = 2;
const MAX_HEADER_BYTES = 0x2000;
const HEADERS_MS = 10_000;
const REQUEST_MS = 20_000;
/** Of a connection on which nothing moves: updates that nobody reads, downloads that nobody takes. */
const IDLE_MS = 60_000;
const KEEP_ALIVE_MS = 5_000;
const CLOSE_MS = 500;

const FIXED_HEADERS = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
};
/** Of what is no page. */
const NO_PAGE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

const CONVERSATION = /^\/conversation\/(\d{1,15})$/;

export class PageServer {
  readonly #content: PageContent;
  readonly #token = new PageToken();
  readonly #server: Server;
  #downloads = 0;

  constructor(content: PageContent) {
    this.#content = content;
    this.#server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: HEADERS_MS,
        requestTimeout: REQUEST_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        connectionsCheckingInterval: KEEP_ALIVE_MS,
      },
      (request, response) => this.#answer(request, response),
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.timeout = IDLE_MS;
  }

  /** Gives the page's address. Throws RunError. */
  async listen(port: number): Promise<string> {
    this.#server.listen({ port, host: HOST });
    try {
      await once(this.#server, "listening");
    } catch (error) {
      throw listenError(port, error);
    }
    return `http://${HOST}:${this.port}/${this.#token.text}/`;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** What is being sent has a moment to arrive. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    const cutOff = setTimeout(() => this.#server.closeAllConnections(), CLOSE_MS);
    await closed;
    clearTimeout(cutOff);
  }

  #answer({ url = "", method = "", headers }: IncomingMessage, response: ServerResponse): void {
    const path = isLoopbackHost(headers.host) && isOwnOrigin(headers.origin) ? this.#token.pathBehind(url) : undefined;
    if (path === undefined) {
      refuse(response);
      return;
    }
    for (const [name, value] of Object.entries(FIXED_HEADERS)) response.setHeader(name, value);
    response.setHeader("Content-Security-Policy", NO_PAGE_POLICY);
    if (method !== "GET" && method !== "HEAD") sayNothing(response, 405, { Allow: "GET, HEAD" });
    else this.#give(path, response, method === "HEAD");
  }

  #give(path: string, response: ServerResponse, isHead: boolean): void {
    if (path === "") sayNothing(response, 308, { Location: `${this.#token.text}/` });
    else if (path === "/events") this.#follow(response, isHead);
    else if (path === "/report.html" || path === "/capture.pcapng") this.#download(path, response, isHead);
    else if (path === "/") this.#givePage(response, isHead);
    else this.#giveConversation(path, response, isHead);
  }

  #givePage(response: ServerResponse, isHead: boolean): void {
    const { page, policy } = this.#content.page();
    response.setHeader("Content-Security-Policy", `${policy}; frame-ancestors 'none'`);
    send(response, "text/html; charset=utf-8", page, isHead);
  }

  #giveConversation(path: string, response: ServerResponse, isHead: boolean): void {
    const [, id] = CONVERSATION.exec(path) ?? [];
    const json = id === undefined ? undefined : this.#content.conversation(Number(id));
    if (json === undefined) refuse(response);
    else send(response, "application/json", json, isHead);
  }

  #follow(response: ServerResponse, isHead: boolean): void {
    response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
    if (isHead) response.end();
    else this.#content.follow(response);
  }

  #download(path: "/report.html" | "/capture.pcapng", response: ServerResponse, isHead: boolean): void {
    if (this.#downloads >= MAX_DOWNLOADS) {
      sayNothing(response, 503, { "Retry-After": "5" });
      return;
    }
    const { type, fileName } = this.#content.fileNames(path);
    response.setHeader("Content-Type", type);
    response.setHeader("Content-Disposition", `attachment; filename="${fileName}"`);
    if (isHead) response.end();
    else this.#stream(path === "/report.html" ? this.#content.report() : this.#content.capture(), response);
  }

  /** Piece by piece, as the reader takes them. */
  #stream({ pieces, release }: HeldCapture, response: ServerResponse): void {
    response.setHeader(
      "Content-Length",
      pieces.reduce((sum, { length }) => sum + length, 0),
    );
    this.#downloads += 1;
    pipeline(Readable.from(pieces, { highWaterMark: 1 }), response, () => {
      this.#downloads -= 1;
      release();
    });
  }
}

function send(response: ServerResponse, type: string, text: string, isHead: boolean): void {
  response.writeHead(200, { "Content-Type": type, "Content-Length": Buffer.byteLength(text) });
  response.end(isHead ? undefined : text);
}

/** The same for all that has no answer, and for all who have no business here. */
function refuse(response: ServerResponse): void {
  const text = "not found\n";
  response.writeHead(404, { "Content-Type": "text/plain", "Content-Length": text.length, Connection: "close" });
  response.end(text);
}

function sayNothing(response: ServerResponse, status: number, headers: OutgoingHttpHeaders): void {
  response.writeHead(status, { "Content-Length": 0, ...headers });
  response.end();
}

function listenError(port: number, cause: unknown): RunError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const where = `cannot serve the page on port ${port}`;
  if (code === "EADDRINUSE") return new RunError(`${where}: it is in use; --web alone takes a free one`, { cause });
  if (code === "EACCES") return new RunError(`${where}: only root may; take one above 1023`, { cause });
  return new RunError(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
