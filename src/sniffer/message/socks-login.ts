// SOCKS 5 (RFC 1928) with the names and passwords of RFC 1929, and SOCKS 4 with its user names: once the connection is
// granted, what goes through it is told by its own first bytes.
import type { Side } from "../event.js";
import { maskedCredential, shownCredential } from "./credential.js";
import type { FramedPacket } from "./framed-bytes.js";
import type { LoginOutcome, LoginTalk } from "./login-observer.js";
import { PacketReader } from "./packet-reader.js";

type Step = "greeting" | "login" | "request";

const USER_AND_PASSWORD = 2;
const SOCKS4_GRANTED = 0x5a;
const SOCKS4_REPLY_BYTES = 8;

/** Packets are heads alone, since only all of one tells how long it is. */
export class SocksLogin implements LoginTalk {
  readonly name = "socks";
  readonly lengthOf = {
    client: (head: Uint8Array) => rest(head, this.#clientBytes(head)),
    server: (head: Uint8Array) => rest(head, this.#serverBytes(head)),
  };
  #version = 5;
  #step: Step = "greeting";
  /** The client may go on before the server has agreed, but what it then says is told by what was asked. */
  #loginSeen = false;

  packet(side: Side, { kept }: FramedPacket): LoginOutcome | undefined {
    return side === "client" ? this.#client(kept.bytes) : this.#server(kept.bytes);
  }

  #client(bytes: Uint8Array): LoginOutcome | undefined {
    if (this.#version === 4) return this.#socks4(bytes);
    if (this.#step !== "login" || this.#loginSeen) return undefined;
    this.#loginSeen = true;
    const reader = new PacketReader(bytes, 1);
    const name = reader.take(reader.u8());
    const password = reader.take(reader.u8());
    const field = "socks login";
    const found = [
      shownCredential("username", name.text, { field, at: name.at, length: name.length }),
      maskedCredential("password", password.length, { field, at: password.at, length: password.length }),
    ];
    return { found: found.filter(({ length }) => length > 0) };
  }

  #socks4(bytes: Uint8Array): LoginOutcome | undefined {
    const { text, at, length } = new PacketReader(bytes, 8).zeroEnded();
    return length === 0
      ? undefined
      : { found: [shownCredential("username", text, { field: "socks login", at, length })] };
  }

  #server(bytes: Uint8Array): LoginOutcome | undefined {
    const answer = bytes[1];
    if (this.#version === 4) return answer === SOCKS4_GRANTED ? { handover: "the connection goes on" } : { over: true };
    if (this.#step === "request") return answer === 0 ? { handover: "the connection goes on" } : { over: true };
    const asksLogin = this.#step === "greeting" && answer === USER_AND_PASSWORD;
    this.#step = asksLogin ? "login" : "request";
    return undefined;
  }

  /** All of the packet, or undefined while that is unknown. */
  #clientBytes(head: Uint8Array): number | undefined {
    if (this.#step === "greeting" && head[0] === 4) {
      this.#version = 4;
      return socks4Bytes(head);
    }
    const second = head[1];
    if (second === undefined) return undefined;
    if (this.#step === "greeting") return 2 + second;
    if (this.#step === "login" && !this.#loginSeen) {
      const password = head[2 + second];
      return password === undefined ? undefined : 3 + second + password;
    }
    return requestBytes(head);
  }

  #serverBytes(head: Uint8Array): number | undefined {
    if (this.#version === 4) return SOCKS4_REPLY_BYTES;
    return this.#step === "request" ? requestBytes(head) : 2;
  }
}

function rest(head: Uint8Array, whole: number | undefined): number | "more" {
  return whole === undefined || head.length < whole ? "more" : 0;
}

/** Requests and replies are of one form (RFC 1928, 4 and 6). */
function requestBytes(head: Uint8Array): number | undefined {
  const [type, nameLength] = [head[3], head[4]];
  if (type === 1) return 10;
  if (type === 4) return 22;
  return nameLength === undefined ? undefined : 7 + nameLength;
}

/** The name, and behind the address 0.0.0.x that of the host (SOCKS 4A), each end with a zero. */
function socks4Bytes(head: Uint8Array): number | undefined {
  if (head.length < 9) return undefined;
  const nameEnd = head.indexOf(0, 8);
  const hasHost = head[4] === 0 && head[5] === 0 && head[6] === 0 && head[7] !== 0;
  if (nameEnd < 0 || !hasHost) return nameEnd < 0 ? undefined : nameEnd + 1;
  const hostEnd = head.indexOf(0, nameEnd + 1);
  return hostEnd < 0 ? undefined : hostEnd + 1;
}
