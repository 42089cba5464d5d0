// A program: the server of a load. It writes down every handler that begins, before anything of it runs.

import { once } from "node:events";
import { openSync } from "node:fs";
import { RpcServer } from "../../src/rpc/index.js";
import { EchoServiceDefinition } from "../gen/earshot/test/v1/echo.js";
import { recordedHandlers } from "../helpers/echo-service.js";
import { heldBytes } from "../helpers/held-bytes.js";
import type { Report, ServerOrder } from "./rpc-load-process.js";
import { writeLine } from "./rpc-load-record.js";

const [order]: ServerOrder[] = await once(process, "message");
if (order === undefined) {
  throw new Error("no order came");
}
const { file, tls, limits, graceMs } = order;
const fd = openSync(file, "a");
const server = new RpcServer({ tls, limits });
server.serve(
  EchoServiceDefinition,
  recordedHandlers((id) => writeLine(fd, { what: "ran", id })),
);

const books = { openCalls: 0, openConnections: 0 };
const count = (book: keyof typeof books, step: number) => (): void => {
  books[book] += step;
};
server.on("call", count("openCalls", 1)).on("callEnd", count("openCalls", -1));
server.on("connection", count("openConnections", 1)).on("connectionEnd", count("openConnections", -1));
process.on("message", () => report({ what: "books", ...books, heldBytes: heldBytes() }));

process.once("SIGTERM", () => {
  server.close({ graceMs }).then(() => process.exit(0));
});
const { port } = await server.listen({ host: "127.0.0.1", port: order.port });
report({ what: "listening", port });

function report(what: Report): void {
  process.send?.(what);
}
