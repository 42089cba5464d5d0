// A client of the library at a stand-in server that does OPAQUE, or does it wrongly, or not at all.
import { randomBytes } from "node:crypto";
import type { Test } from "tap";
import { AccountClient } from "../../../src/client/account-client.js";
import type { TlsVersion } from "../../../src/rpc/index.js";
import { type AccountHandlers, startRelay, startStandIn, TOKEN } from "../stand-in-server.js";
import { type OpaqueHandlers, OpaqueStandIn } from "./opaque-stand-in.js";

export const PASSWORD = "tiger lamp ocean 42";
export const NEW = "violin gravel comet 17";
export const ALICE = { username: "alice", password: PASSWORD };

interface Wish {
  readonly handlers?: Partial<AccountHandlers>;
  /** Null: a server that does not know OPAQUE. */
  readonly opaque?: null;
  readonly standIn?: OpaqueStandIn;
  readonly spoiled?: (honest: OpaqueHandlers) => Partial<OpaqueHandlers>;
  /** Over a relay that passes on TLS as it is, and can be cut. */
  readonly isRelayed?: true;
  /** The only one that is spoken. Default TLS 1.3. */
  readonly tlsVersion?: TlsVersion;
}

export async function atStandIn(
  t: Test,
  { handlers = {}, opaque, standIn = new OpaqueStandIn(), spoiled, isRelayed, tlsVersion }: Wish = {},
) {
  const served = opaque === null ? {} : { opaque: standIn.handlers(spoiled) };
  const { port, ca, close } = await startStandIn(handlers, { ...served, minVersion: tlsVersion });
  const relay = isRelayed === true ? await startRelay(port) : undefined;
  const client = await AccountClient.connect({
    host: "127.0.0.1",
    port: relay?.port ?? port,
    tls: { ca, maxVersion: tlsVersion },
  });
  t.teardown(async () => {
    await client.close();
    await relay?.close();
    await close();
  });
  return { client, standIn, cut: relay?.cut ?? (() => {}) };
}

/** Every method that has to do with a password. */
export function everyUse(client: AccountClient, serverKey: string | undefined): (() => Promise<unknown>)[] {
  const opaque = client.opaque({ serverKey });
  const change = { username: "alice", currentPassword: PASSWORD, newPassword: NEW };
  return [
    () => opaque.register(ALICE),
    () => opaque.login(ALICE),
    () => opaque.upgrade(TOKEN, ALICE),
    () => opaque.changePassword(TOKEN, change),
    () => opaque.resetPassword({ username: "alice", code: "ABC", newPassword: NEW }),
    () => opaque.deleteAccount(TOKEN, ALICE),
  ];
}

export function randomKey(): string {
  return Buffer.concat([Uint8Array.of(2), randomBytes(32)]).toString("base64");
}
