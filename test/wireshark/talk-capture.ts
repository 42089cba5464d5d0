// Real calls between our own server and client through a relay, and what a pcapng file of them is.
import { join } from "node:path";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { connect, HealthDefinition } from "../../src/rpc/index.js";
import { createAccountServer } from "../../src/server/account-server.js";
import { CaptureWriter } from "../../src/sniffer/capture/capture-writer.js";
import { makeAuthority, makeCertificate } from "../fixtures/certificates.js";
import { numbered, play, type Said } from "../sniffer/played-capture.js";
import { tap } from "../sniffer/tls/tapped-connection.js";
import type { Turn } from "../sniffer/tls/watched-talk.js";

export const PASSWORD = "tiger lamp ocean 42";

interface TalkCapture {
  readonly turns: readonly Turn[];
  readonly keylog: string;
  readonly token: string;
}

/** An account is made, logged in, listed, exported; one call fails; health is asked for. */
export async function captureTalk(folder: string, security: "tls" | "plaintext"): Promise<TalkCapture> {
  const authority = await makeAuthority();
  const identity = await makeCertificate(authority);
  const server = await createAccountServer({
    database: join(folder, `${security}.db`),
    hashing: { cost: { ln: 4, r: 8, p: 1 } },
    ...(security === "tls" ? { tls: identity } : { plaintext: true }),
  });
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
  const relay = await tap(port);
  let keylog = "";
  const onKeylog = (line: Buffer): void => {
    keylog += line.toString("latin1");
  };
  const trust = security === "tls" ? { tls: { ca: authority.cert, onKeylog } } : { plaintext: true as const };
  const connection = await connect({ host: "127.0.0.1", port: relay.port, ...trust });
  const accounts = connection.client(AccountServiceDefinition);
  await accounts.register({ username: "alice", password: PASSWORD });
  const { sessionToken: token } = await accounts.login({ username: "alice", password: PASSWORD });
  const session = { metadata: { authorization: `Bearer ${token}` } };
  await accounts.listSessions({}, session);
  for await (const _ of accounts.exportAccount({}, session));
  await accounts.login({ username: "alice", password: "not the password" }).catch(() => {});
  await connection.client(HealthDefinition).check({ service: "" });
  connection.close();
  await relay.close();
  await server.close({ graceMs: 0 });
  const turns = relay.talks[0] ?? [];
  return { turns, keylog, token };
}

export function captureOf(turns: readonly Turn[], { keylog = "", serverPort = 7443 } = {}): Buffer {
  const talk = turns.flatMap((turn): Said[] => ("bytes" in turn ? [[turn.side, turn.bytes]] : []));
  const writer = new CaptureWriter();
  const secrets = keylog === "" ? [] : [writer.secrets(Buffer.from(keylog))];
  const packets = numbered(play(talk, { serverPort })).map((packet) => writer.packet(packet));
  return Buffer.concat([writer.head(), ...secrets, ...packets]);
}
