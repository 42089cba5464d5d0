// The test service over TLS with interceptors on both sides.

import type { Test } from "tap";
import { type ClientInterceptor, connect, RpcServer, type ServerInterceptor } from "../../../src/rpc/index.js";
import { EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import { ECHO_HANDLERS, type EchoHandlers } from "../../helpers/echo-service.js";
import { testAuthority } from "../../helpers/rpc-pair.js";

export interface Interceptors {
  readonly serverInterceptor: ServerInterceptor;
  readonly clientInterceptor: ClientInterceptor;
}

export async function observedEcho(
  t: Test,
  { serverInterceptor, clientInterceptor }: Interceptors,
  handlers: Partial<EchoHandlers> = {},
  onServer: (server: RpcServer) => void = () => {},
) {
  const { ca, server: tls } = await testAuthority();
  const server = new RpcServer({ tls, interceptors: [serverInterceptor] });
  server.serve(EchoServiceDefinition, { ...ECHO_HANDLERS, ...handlers });
  onServer(server);
  const { host, port } = await server.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => server.close({ graceMs: 0 }));
  const connection = await connect({ host, port, tls: { ca }, interceptors: [clientInterceptor] });
  t.teardown(() => connection.close({ graceMs: 0 }));
  return { server, connection, echo: connection.client(EchoServiceDefinition) };
}

export async function* streamOf<T>(...messages: readonly T[]): AsyncGenerator<T> {
  yield* messages;
}

/** How many messages the stream held. */
export async function count(stream: AsyncIterable<unknown>): Promise<number> {
  let messages = 0;
  for await (const _ of stream) messages += 1;
  return messages;
}
