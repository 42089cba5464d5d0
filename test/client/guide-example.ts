// The code of docs/client.md, compiled and run: the test compares both, line by line.
import { AccountClient, ClientError } from "../../src/client/index.js";

interface Place {
  readonly port: number;
  readonly ca: string;
  readonly password: string;
  readonly kept: Map<string, string>;
}

export async function runGuide({ port, ca, password, kept }: Place): Promise<string[]> {
  const seen: string[] = [];
  const print = (line: unknown): void => {
    seen.push(String(line));
  };

  const client = await AccountClient.connect({ host: "localhost", port, tls: { ca } });
  await client.register({ username: "alice", password });
  const { token } = await client.login({ username: "alice", password });
  const { account, expiresAt } = await client.whoAmI(token);
  print(`${account.username} ${expiresAt instanceof Date}`);

  const opaque = client.opaque({ serverKey: kept.get("accounts.example key") });
  await opaque.register({ username: "bob", password });
  kept.set("accounts.example key", opaque.serverKey ?? "");
  const session = await opaque.login({ username: "bob", password });
  print(session.account.username);

  await client.opaque().upgrade(token, { username: "alice", password });

  try {
    await opaque.login({ username: "bob", password: "violin gravel comet" });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    print(`${error.code} ${error.status}`);
  }
  await client.close();
  return seen;
}
