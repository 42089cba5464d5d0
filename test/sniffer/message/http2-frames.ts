// Frames of HTTP/2 for tests, and a plain relay's record of a real talk.
import { once } from "node:events";
import { type ClientHttp2Session, connect, createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import type { Test } from "tap";
import { tap } from "../tls/tapped-connection.js";
import type { Turn } from "./observed-talk.js";

export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

export function frame(type: number, flags: number, streamId: number, payload: Uint8Array | string = ""): Buffer {
  const body = Buffer.from(payload as string, "latin1");
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, body]);
}

/** Never from a table, never in Huffman's code; short names and values only. */
export function plainBlock(fields: Record<string, string>): Buffer {
  return Buffer.concat(
    Object.entries(fields).map(([name, value]) =>
      Buffer.concat([Buffer.of(0, name.length), Buffer.from(name), Buffer.of(value.length), Buffer.from(value)]),
    ),
  );
}

export function grpcMessage(payload: Uint8Array, flags = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flags;
  prefix.writeUInt32BE(payload.length, 1);
  return Buffer.concat([prefix, payload]);
}

/** What a real client and a real server said to each other over one connection in the clear. */
export async function realTalk(
  t: Test,
  serve: (server: Http2Server) => void,
  call: (session: ClientHttp2Session) => Promise<void>,
): Promise<Turn[]> {
  const server = createServer({ settings: { headerTableSize: 8192 } });
  serve(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const relay = await tap((server.address() as AddressInfo).port);
  const session = connect(`http://127.0.0.1:${relay.port}`);
  try {
    await call(session);
  } finally {
    session.destroy();
    await once(session, "close");
    await relay.close();
    server.close();
  }
  t.equal(relay.talks.length, 1);
  return (relay.talks[0] ?? []).flatMap((turn) => ("bytes" in turn ? [[turn.side, turn.bytes] as const] : []));
}
