// A flood of logins from one connection keeps nobody else from logging in.

import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import t, { type Test } from "tap";
import { AccountServiceDefinition, LoginRequest } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { connect, StatusCode } from "../../src/rpc/index.js";
import { createAccountServer } from "../../src/server/account-server.js";
import { frameBytes, RawClient } from "../helpers/raw-client.js";

const HOST = "127.0.0.1";
const PASSWORD = "tiger lamp ocean 42";
const FLOOD = 1_000;
const HONEST = 6;

t.test("from another address", { skip: process.platform !== "linux" }, (t) => outlast(t, "127.0.0.2"));
t.test("from the same address", (t) => outlast(t, HOST));

/** About 50 ms a hash, so that the flood waits for as long as the honest ones try. */
async function outlast(t: Test, floodAddress: string): Promise<void> {
  const server = await createAccountServer({
    database: join(t.testdir(), "a.db"),
    plaintext: true,
    hashing: { cost: { ln: 14, r: 8, p: 2 } },
    throttle: "off",
  });
  const { port } = await server.listen({ host: HOST, port: 0 });
  const connection = await connect({ host: HOST, port, plaintext: true });
  t.teardown(async () => {
    connection.close();
    await server.close({ graceMs: 0 });
  });
  const accounts = connection.client(AccountServiceDefinition);
  await accounts.register({ username: "alice", password: PASSWORD });
  const flood = new Flood(port, floodAddress);
  await flood.client.frames((frames) => frames.some(isTurnedAway));
  for (let count = 0; count < HONEST; count += 1) {
    flood.more();
    await t.resolves(accounts.login({ username: "alice", password: PASSWORD }), `login ${count}`);
  }
  const frames = await flood.client.frames(() => true);
  t.ok(frames.length > FLOOD, `${frames.length} of the flood were answered meanwhile`);
  flood.client.socket.destroy();
}

type AnyFrame = Awaited<ReturnType<RawClient["frames"]>>[number];

function isTurnedAway({ body }: AnyFrame): boolean {
  return body?.$case === "response" && body.value.status?.code === StatusCode.RESOURCE_EXHAUSTED;
}

/** Sends logins without waiting for answers, as many as a connection may have open. */
class Flood {
  readonly client: RawClient;
  #streamId = 1;

  constructor(port: number, localAddress: string) {
    this.client = new RawClient(connectTcp({ host: HOST, port, localAddress }));
    this.client.write(frameBytes({ body: { $case: "hello", value: {} } }));
    this.more();
  }

  more(): void {
    const payload = LoginRequest.encode({ username: "alice", password: "not the password at all" }).finish();
    const method = "earshot.accounts.v1.AccountService/Login";
    for (let count = 0; count < FLOOD; count += 1) {
      this.client.write(
        frameBytes({ streamId: this.#streamId, body: { $case: "request", value: { method, payload } } }),
      );
      this.#streamId += 2;
    }
  }
}
