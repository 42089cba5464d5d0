// How a client of PostgreSQL says who it is (PostgreSQL, "Message Flow", "Start-up"), and where TLS begins instead.
import type { Side } from "../event.js";
import { type Credential, hashedPassword, maskedCredential, shownCredential } from "./credential.js";
import { type FramedPacket, payloadReader } from "./framed-bytes.js";
import type { LoginOutcome, LoginTalk } from "./login-observer.js";
import { PacketReader } from "./packet-reader.js";
import { saslCredentials } from "./sasl.js";

const PROTOCOL_3 = 0x30000;
const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const Method = { OK: 0, CLEAR: 3, MD5: 5, SASL: 10, SASL_CONTINUE: 11 } as const;
const MAX_PARAMETERS = 64;

export class PostgresqlLogin implements LoginTalk {
  readonly name = "postgresql";
  readonly lengthOf = {
    client: (head: Uint8Array) => (this.#started ? typedLength(head) : plainLength(head)),
    server: (head: Uint8Array) => (this.#asked === undefined ? typedLength(head) : 0),
  };
  #started = false;
  /** What the server answers with one byte alone. */
  #asked: "TLS" | "GSS" | undefined;
  #method: number = Method.OK;

  packet(side: Side, packet: FramedPacket): LoginOutcome | undefined {
    if (side === "server") return this.#asked === undefined ? this.#reply(packet) : this.#granted(packet, this.#asked);
    return this.#started ? this.#answer(packet) : this.#start(packet);
  }

  #granted({ kept }: FramedPacket, asked: "TLS" | "GSS"): LoginOutcome | undefined {
    this.#asked = undefined;
    const answer = kept.bytes[0];
    if (asked === "TLS") return answer === 0x53 ? { handover: "TLS begins" } : undefined;
    return answer === 0x47 ? { note: "encrypted with GSSAPI from here on", over: true } : undefined;
  }

  #start(packet: FramedPacket): LoginOutcome | undefined {
    const reader = payloadReader(packet);
    const code = reader.u32();
    if (code === SSL_REQUEST) this.#asked = "TLS";
    if (code === GSS_REQUEST) this.#asked = "GSS";
    if (code >>> 16 !== PROTOCOL_3 >>> 16) return undefined;
    this.#started = true;
    const found: Credential[] = [];
    for (let count = 0; reader.left > 1 && count < MAX_PARAMETERS; count += 1) {
      const name = reader.zeroEnded().text;
      const { text, at, length } = reader.zeroEnded();
      const what = name === "user" ? "username" : name === "database" ? "database" : undefined;
      if (what !== undefined) found.push(shownCredential(what, text, { field: "postgresql startup", at, length }));
    }
    return { found };
  }

  #reply(packet: FramedPacket): LoginOutcome | undefined {
    if (packet.kept.bytes[0] !== 0x52) return undefined;
    this.#method = payloadReader(packet).u32();
    return this.#method === Method.OK ? { over: true } : undefined;
  }

  #answer(packet: FramedPacket): LoginOutcome | undefined {
    if (packet.kept.bytes[0] !== 0x70) return undefined;
    const reader = payloadReader(packet);
    const field = "postgresql password";
    switch (this.#method) {
      case Method.CLEAR: {
        const password = reader.zeroEnded();
        const place = { field, at: password.at, length: password.length };
        return password.length === 0 ? undefined : { found: [maskedCredential("password", password.length, place)] };
      }
      case Method.MD5: {
        const answer = reader.zeroEnded();
        return { found: [hashedPassword({ field: `${field} md5`, at: answer.at, length: answer.length })] };
      }
      case Method.SASL_CONTINUE: {
        const { at, length, bytes } = reader.take(packet.length);
        return { found: saslCredentials("SCRAM-", 1, bytes, { field: `${field} SCRAM`, at, length }) };
      }
      default:
        return undefined;
    }
  }
}

function plainLength(head: Uint8Array): number | "more" | "none" {
  if (head.length < 4) return "more";
  const length = new PacketReader(head).u32() - 4;
  return length < 4 || length > 10000 ? "none" : length;
}

function typedLength(head: Uint8Array): number | "more" | "none" {
  if (head.length < 5) return "more";
  const length = new PacketReader(head, 1).u32() - 4;
  return length < 0 ? "none" : length;
}
