// Who is let in to the live page: whoever has its address, and only from a page that came from this machine's own address.
import { randomBytes, timingSafeEqual } from "node:crypto";

const TOKEN_BYTES = 32;
/** By name of the host alone: the port differs where somebody comes through a tunnel. */
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

export class PageToken {
  /** 32 random bytes in base64url: part of the address, and never said again. */
  readonly text = randomBytes(TOKEN_BYTES).toString("base64url");
  readonly #bytes = Buffer.from(this.text);

  /** Takes as long however much of it is right. */
  admits(given: string): boolean {
    const bytes = Buffer.from(given);
    return bytes.length === this.#bytes.length && timingSafeEqual(bytes, this.#bytes);
  }

  /** What stands behind the token in a request's path; undefined where it is not the token. */
  pathBehind(url: string): string | undefined {
    const [path = ""] = url.split("?", 1);
    const end = 1 + this.text.length;
    return path.startsWith("/") && this.admits(path.slice(1, end)) ? path.slice(end) : undefined;
  }
}

/** A name that somebody else's server gave out for 127.0.0.1 (DNS rebinding) stands in the Host header. */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK.test(host);
}

/** A page of somebody else's says so in the Origin header; requests of our own page may come without. */
export function isOwnOrigin(origin: string | undefined): boolean {
  return origin === undefined || (origin.startsWith("http://") && isLoopbackHost(origin.slice("http://".length)));
}
