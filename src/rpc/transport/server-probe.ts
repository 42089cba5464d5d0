// Looks at a server's certificate without trusting it and without sending it anything: for asking a person once.

import { connect as connectTls } from "node:tls";
import { StatusCode } from "../../wire/status-code.js";
import type { PeerCertificate } from "../call-context.js";
import { RpcError } from "../rpc-error.js";
import { describeCertificate } from "./peer-certificate.js";
import { readySocket } from "./ready-socket.js";
import { clientTlsOptions, serverRefusal } from "./server-trust.js";
import { addressLabel } from "./socket-address.js";

export interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  /** SNI to send. Default: the host. */
  readonly serverName?: string | undefined;
  /** Default 10 s. */
  readonly timeoutMs?: number | undefined;
}

/** What a person needs to decide. Nothing of it is verified but that the server holds the key. */
export interface ProbedServer extends PeerCertificate {
  readonly validFrom: Date;
}

/** @throws RpcError as `connect` does, but for the reasons that verification has. */
export async function probeServer({ host, port, serverName, timeoutMs = 10_000 }: ProbeOptions): Promise<ProbedServer> {
  const options = clientTlsOptions({ insecure: true, serverName }, host, () => undefined);
  const socket = await readySocket(
    { where: addressLabel({ host, port }), timeoutMs },
    () => connectTls({ ...options, host, port }),
    "secureConnect",
  );
  const refusal = serverRefusal(socket, () => socket.getPeerX509Certificate(), {}, host);
  if (refusal !== undefined) {
    socket.destroy();
    throw refusal; // Nobody should be asked to trust what is no server of ours.
  }
  const certificate = socket.getPeerX509Certificate();
  socket.destroy();
  if (certificate === undefined) {
    const message = `${host}:${port}: the server has no certificate`;
    throw new RpcError(StatusCode.UNAVAILABLE, message, { reason: "tls_failed", delivery: "not_sent" });
  }
  return { ...describeCertificate(certificate), validFrom: new Date(certificate.validFrom) };
}
