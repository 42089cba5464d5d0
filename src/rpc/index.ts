// What `earshot/rpc` exports.

export { HealthCheckResponse_ServingStatus, HealthDefinition } from "../gen/grpc/health/v1/health.js";
export { PADDING_POLICIES, type PaddingPolicy } from "../wire/padding.js";
export type { MethodDefinition, ServiceDefinition } from "../wire/service-definition.js";
export { StatusCode, statusName } from "../wire/status-code.js";
export type { CallContext, Peer, PeerCertificate } from "./call-context.js";
export { type ConnectOptions, type ConnectSettings, connect } from "./calling/connect.js";
export type { ClientOptions, Connection, ConnectionEvents } from "./calling/connection.js";
export type { ReconnectPolicy } from "./calling/redial.js";
export { packDetail } from "./error-detail.js";
export {
  type CallKind,
  type ClientCallInfo,
  type ClientInterceptor,
  isStream,
  type Messages,
  type ServerCallInfo,
  type ServerInterceptor,
  type StreamWatcher,
  watchStream,
} from "./interceptor.js";
export type { Limits } from "./limits.js";
export { Metadata, type MetadataInit, type MetadataValue } from "./metadata.js";
export {
  type OpenTelemetryApi,
  type OpenTelemetryOptions,
  type OpenTelemetryTracing,
  openTelemetryTracing,
} from "./observing/open-telemetry.js";
export {
  type PrometheusClient,
  type PrometheusMetrics,
  type PrometheusOptions,
  prometheusMetrics,
} from "./observing/prometheus.js";
export { type Delivery, type Reason, RpcError, type RpcErrorOptions } from "./rpc-error.js";
export type { CallOptions, ClientMethod, Handler, ServiceClient, ServiceHandlers } from "./service-types.js";
export { type Health, type ServingStatus, serveHealth } from "./services/health.js";
export { type ReflectionOptions, serveReflection } from "./services/reflection.js";
export { RpcServer, type RpcServerOptions } from "./serving/rpc-server.js";
export type {
  CallEndEvent,
  CallEvent,
  ConnectionEvent,
  ServerErrorEvent,
  ServerEvents,
} from "./serving/server-events.js";
export { addressBlock } from "./transport/address-block.js";
export type { ListenAddress, UnixListenAddress } from "./transport/listen-address.js";
export { type ProbedServer, type ProbeOptions, probeServer } from "./transport/server-probe.js";
export { addressLabel, type SocketAddress, type TcpAddress, type UnixAddress } from "./transport/socket-address.js";
export type { ClientTls, ServerTls, TlsVersion } from "./transport/tls-settings.js";
