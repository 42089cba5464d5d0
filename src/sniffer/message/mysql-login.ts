// How a client of MySQL or MariaDB says who it is (MySQL, "Connection Phase"; MariaDB, "Connecting"): the handshake,
// a change of the method, and what each method's answer gives away.
import type { Side } from "../event.js";
import { type Credential, hashedPassword, maskedCredential, shownCredential } from "./credential.js";
import { type FramedPacket, type LengthOf, payloadReader } from "./framed-bytes.js";
import type { LoginOutcome, LoginTalk } from "./login-observer.js";
import type { PacketReader, Piece } from "./packet-reader.js";

const Capability = {
  CONNECT_WITH_DB: 0x8,
  PROTOCOL_41: 0x200,
  SSL: 0x800,
  SECURE_CONNECTION: 0x8000,
  PLUGIN_AUTH: 0x80000,
  LENENC_AUTH: 0x200000,
} as const;

const SSL_REQUEST_BYTES = 32;
const FULL_AUTHENTICATION = 4;
/** Passwords that were sealed with the server's RSA key are as long as the key. */
const RSA_BYTES = new Set([256, 384, 512]);

const lengthOf: LengthOf = (head) => {
  const [a = 0, b = 0, c = 0] = head;
  return head.length < 4 ? "more" : a | (b << 8) | (c << 16);
};

export class MysqlLogin implements LoginTalk {
  readonly name = "mysql";
  readonly lengthOf = { client: lengthOf, server: lengthOf };
  #greeted = false;
  #answered = false;
  /** The method of the client's next answer. */
  #method = "";
  #fullAuthentication = false;

  packet(side: Side, packet: FramedPacket): LoginOutcome | undefined {
    if (side === "server") return this.#greeted ? this.#reply(packet) : this.#greeting(packet);
    return this.#answered ? this.#answer(packet) : this.#response(packet);
  }

  #greeting(packet: FramedPacket): LoginOutcome {
    this.#greeted = true;
    const reader = payloadReader(packet);
    reader.skip(1);
    const version = reader.zeroEnded().text;
    // Thread, challenge, capabilities, character set, status, the challenge's length and what is reserved.
    reader.skip(4 + 8 + 1 + 2 + 1 + 2 + 2);
    const challenge = reader.u8();
    reader.skip(10 + Math.max(13, challenge - 8));
    const method = reader.zeroEnded().text;
    return {
      hello: { server_version: version.slice(0, 64), ...(method === "" ? {} : { method: method.slice(0, 64) }) },
    };
  }

  #reply(packet: FramedPacket): LoginOutcome | undefined {
    const reader = payloadReader(packet);
    const kind = reader.u8();
    if (kind === 0xfe) {
      // Without more, it asks for the method that was before all others.
      this.#method = packet.length > 1 ? reader.zeroEnded().text : "mysql_old_password";
      return undefined;
    }
    if (kind === 1) {
      this.#fullAuthentication = reader.u8() === FULL_AUTHENTICATION;
      return undefined;
    }
    return this.#answered ? { over: true } : undefined;
  }

  #response(packet: FramedPacket): LoginOutcome | undefined {
    this.#answered = true;
    const reader = payloadReader(packet);
    const low = reader.u16le();
    if (packet.length === SSL_REQUEST_BYTES && (low & Capability.SSL) !== 0) return { handover: "TLS begins" };
    if ((low & Capability.PROTOCOL_41) === 0) return this.#oldResponse(reader);
    const capabilities = low | (reader.u16le() << 16);
    reader.skip(4 + 1 + 23);
    const name = reader.zeroEnded();
    const answer = authentication(reader, capabilities);
    const database = (capabilities & Capability.CONNECT_WITH_DB) === 0 ? undefined : reader.zeroEnded();
    this.#method = (capabilities & Capability.PLUGIN_AUTH) === 0 ? "mysql_native_password" : reader.zeroEnded().text;
    const found = [...shown("username", name), ...this.#credentials(answer), ...shown("database", database)];
    return { found };
  }

  #oldResponse(reader: PacketReader): LoginOutcome {
    reader.skip(3);
    const name = reader.zeroEnded();
    this.#method = "mysql_old_password";
    return { found: [...shown("username", name), ...this.#credentials(reader.zeroEnded())] };
  }

  #answer(packet: FramedPacket): LoginOutcome | undefined {
    const answer = payloadReader(packet).take(packet.length);
    if (this.#fullAuthentication && answer.length === 1) return undefined;
    if (this.#fullAuthentication && RSA_BYTES.has(answer.length)) {
      return { note: "the password is sealed with a key that the server sent in the clear" };
    }
    return { found: this.#credentials(answer) };
  }

  #credentials(answer: Piece): Credential[] {
    const method = this.#method.slice(0, 64);
    const zeroEnded = answer.bytes.at(-1) === 0;
    const place = { field: `mysql ${method}`, at: answer.at, length: answer.length - (zeroEnded ? 1 : 0) };
    if (answer.length === 0) return [];
    const clear = CLEAR_METHODS.has(method) || (this.#fullAuthentication && zeroEnded);
    if (clear) return place.length === 0 ? [] : [maskedCredential("password", place.length, place)];
    return HASHED_METHODS.has(method) ? [hashedPassword({ ...place, length: answer.length })] : [];
  }
}

const CLEAR_METHODS: ReadonlySet<string> = new Set(["mysql_clear_password", "dialog"]);
const HASHED_METHODS: ReadonlySet<string> = new Set([
  "mysql_native_password",
  "mysql_old_password",
  "caching_sha2_password",
  "client_ed25519",
  "parsec",
]);

function authentication(reader: PacketReader, capabilities: number): Piece {
  if ((capabilities & Capability.LENENC_AUTH) !== 0) {
    const first = reader.u8();
    return reader.take(first < 0xfb ? first : first === 0xfc ? reader.u16le() : 0);
  }
  return (capabilities & Capability.SECURE_CONNECTION) === 0 ? reader.zeroEnded() : reader.take(reader.u8());
}

function shown(what: "username" | "database", piece: Piece | undefined): Credential[] {
  if (piece === undefined || piece.length === 0) return [];
  return [shownCredential(what, piece.text, { field: "mysql handshake", at: piece.at, length: piece.length })];
}
