// Who shakes hands without ALPN: they are shown out, not cut off, and cannot stay.

import { once } from "node:events";
import { connect as connectTls, type SecureVersion, type TLSSocket } from "node:tls";
import t, { type Test } from "tap";
import { connect, type Limits, RpcServer } from "../../../src/rpc/index.js";
import { next, testAuthority } from "../../helpers/rpc-pair.js";

async function serve(t: Test, limits: Partial<Limits> = {}) {
  const { ca, server: certificate } = await testAuthority();
  const server = new RpcServer({ tls: { ...certificate, minVersion: "TLSv1.2" }, limits });
  const { host, port } = await server.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => server.close({ graceMs: 0 }));
  const open = (version: SecureVersion, allowHalfOpen = false): TLSSocket => {
    const versions = { minVersion: version, maxVersion: version };
    const socket = connectTls({ host, port, ca, ...versions, ...{ allowHalfOpen } });
    t.teardown(() => socket.destroy());
    return socket;
  };
  return { server, host, port, ca, open };
}

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  t.test(`a ${version} client without ALPN ends its handshake, and is then shown out`, async (t) => {
    const { server, open } = await serve(t);
    for (let round = 0; round < 5; round += 1) {
      const refused = next(server, "refused");
      const socket = open(version);
      const errors: Error[] = [];
      socket.on("error", (error) => errors.push(error));
      await once(socket, "secureConnect");
      await once(socket.resume(), "close");
      t.same(errors, []);
      t.match(await refused, [{ reason: { reason: "alpn_mismatch" } }]);
    }
  });
}

t.test("one that does not go is thrown out", async (t) => {
  const { server, host, port, ca, open } = await serve(t, { maxConnections: 1 });
  const refused = next(server, "refused");
  const guest = open("TLSv1.2", true).on("error", () => {});
  await refused;
  const gone = new Promise((resolve) => guest.resume().on("close", resolve));
  const noise = setInterval(() => guest.write("still here"), 10);
  t.teardown(() => clearInterval(noise));
  await gone;
  const connection = await connect({ host, port, tls: { ca } });
  await connection.close();
});
