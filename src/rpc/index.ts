// What `earshot/rpc` exports.

export { StatusCode, statusName } from "../wire/status-code.js";
export type { CallContext, Peer } from "./call-context.js";
export { type ConnectOptions, connect } from "./connect.js";
export type { Connection, ConnectionEvents } from "./connection.js";
export { packDetail } from "./error-detail.js";
export type { Limits } from "./limits.js";
export type { ListenAddress } from "./listen-address.js";
export { Metadata, type MetadataInit, type MetadataValue } from "./metadata.js";
export { type Delivery, type Reason, RpcError, type RpcErrorOptions } from "./rpc-error.js";
export { RpcServer, type RpcServerOptions } from "./rpc-server.js";
export type { CallEndEvent, CallEvent, ConnectionEvent, ServerErrorEvent, ServerEvents } from "./server-events.js";
export { type ProbedServer, type ProbeOptions, probeServer } from "./server-probe.js";
export type { CallOptions, ClientMethod, Handler, ServiceClient, ServiceHandlers } from "./service-types.js";
export type { ClientTls, ServerTls, TlsVersion } from "./tls-settings.js";
