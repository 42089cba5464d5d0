// Calls that the server had no room for, while the connection comes and goes.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { promisify } from "node:util";
import t from "tap";
import { RESERVED_KEY_PREFIX } from "../../../src/rpc/metadata.js";
import { StatusCode } from "../../../src/wire/status-code.js";
import { frameBytes, RawClient } from "../../helpers/raw-client.js";

t.test("a call that waits to be made again keeps the process alive, also while there is no connection", async (t) => {
  const status = { code: StatusCode.UNAVAILABLE, message: "no room" };
  const metadata = [
    { key: `${RESERVED_KEY_PREFIX}delivery`, value: { $case: "text" as const, value: "not_processed" } },
  ];
  const answers = [{ status, metadata }, {}];
  const server = createServer(async (socket) => {
    const value = answers.shift() ?? {};
    const frames = await new RawClient(socket).frames((all) => all.length === 2);
    const streamId = frames.at(-1)?.streamId ?? 0;
    socket.end(frameBytes({ streamId, body: { $case: "response", value } }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { href } = new URL("../../../", import.meta.url);
  const program = `
    import { connect } from "${href}src/rpc/index.js";
    import { EchoServiceDefinition } from "${href}test/gen/earshot/test/v1/echo.js";
    const connection = await connect({ host: "127.0.0.1", port: ${port}, plaintext: true });
    await connection.client(EchoServiceDefinition).unary({});
    console.log("answered");`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
  t.equal(stdout, "answered\n");
});
