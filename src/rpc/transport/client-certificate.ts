// Whether a client may stay, by its certificate; and how it is told when it may not.

import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { encodeFrame } from "../../wire/frame-encoder.js";
import { StatusCode } from "../../wire/status-code.js";
import { type Reason, RpcError } from "../rpc-error.js";
import { sendAway } from "./farewell.js";
import { isOutOfDate } from "./peer-certificate.js";
import type { ServerTls } from "./tls-settings.js";

/**
 * Why this client must go, or undefined. In TLS 1.3 a client believes its handshake done before the server has seen its
 * certificate, so that nothing but a frame can tell it more than that the connection was lost.
 */
export function clientRefusal(
  socket: TLSSocket,
  certificate: X509Certificate | undefined,
  { clientCertificates }: ServerTls,
): RpcError | undefined {
  // Node calls a resumed session authorized even where there is no certificate: that is asked first.
  if (certificate === undefined) {
    return clientCertificates === "optional"
      ? undefined
      : refusal("client_certificate_required", StatusCode.UNAUTHENTICATED, "a client certificate is required");
  }
  if (!socket.authorized) {
    const why = String(socket.authorizationError ?? "unknown");
    return refusal(
      "client_not_trusted",
      StatusCode.PERMISSION_DENIED,
      `the client's certificate is not trusted (${why})`,
    );
  }
  return isOutOfDate(certificate)
    ? refusal("client_not_trusted", StatusCode.PERMISSION_DENIED, "the client's certificate is out of date")
    : undefined;
}

/** What a GoAway that came first of all says about our certificate; undefined when it is about something else. */
export function certificateRefusal(goAwayCode: number): Reason | undefined {
  switch (goAwayCode) {
    case StatusCode.UNAUTHENTICATED:
      return "client_certificate_required";
    case StatusCode.PERMISSION_DENIED:
      return "client_not_trusted";
    default:
      return undefined;
  }
}

/** Says GoAway, which processed nothing, and closes once the client has had time to read it. */
export function dismiss(socket: Socket, { code, message }: RpcError): void {
  const { head } = encodeFrame({ kind: "go_away", streamId: 0, code, message, lastStreamId: 0, graceMs: 0 });
  sendAway(socket, head);
}

function refusal(reason: Reason, code: StatusCode, message: string): RpcError {
  return new RpcError(code, message, { reason, delivery: "not_processed" });
}
