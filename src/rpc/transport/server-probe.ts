// Looks at a server's certificate without trusting it and without sending it anything: for asking a person once.

import type { X509Certificate } from "node:crypto";
import { connect as connectTls } from "node:tls";
import { StatusCode } from "../../wire/status-code.js";
import { RpcError } from "../rpc-error.js";
import { readySocket } from "./ready-socket.js";
import { addressLabel } from "./socket-address.js";
import { clientTlsOptions, publicKeyPin, serverRefusal } from "./tls-settings.js";

export interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  /** SNI to send. Default: the host. */
  readonly serverName?: string | undefined;
  /** Default 10 s. */
  readonly timeoutMs?: number | undefined;
}

/** What a person needs to decide. Nothing of it is verified but that the server holds the key. */
export interface ProbedServer {
  /** For `ClientTls.pin`. */
  readonly pin: string;
  /** "CN=localhost", several parts joined by ", ". */
  readonly subject: string;
  readonly issuer: string;
  /** Names and addresses that the certificate is for. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
  /** Upper-case hex with colons. */
  readonly fingerprint256: string;
}

/** @throws RpcError as `connect` does, but for the reasons that verification has. */
export async function probeServer({ host, port, serverName, timeoutMs = 10_000 }: ProbeOptions): Promise<ProbedServer> {
  const options = clientTlsOptions({ insecure: true, serverName }, host);
  const socket = await readySocket(
    { where: addressLabel({ host, port }), timeoutMs },
    () => connectTls({ ...options, host, port }),
    "secureConnect",
  );
  const refusal = serverRefusal(socket, {});
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
  return describe(certificate);
}

function describe(certificate: X509Certificate): ProbedServer {
  return {
    pin: publicKeyPin(certificate),
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: namesOf(certificate.subjectAltName),
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
    fingerprint256: certificate.fingerprint256,
  };
}

/** Node gives one part a line. A stranger wrote them, and they may end on a terminal: control characters go. */
function oneLine(name: string | undefined): string {
  return printable((name ?? "").split("\n").join(", "));
}

/** "DNS:localhost, IP Address:127.0.0.1" without the kinds. */
function namesOf(subjectAltName: string | undefined): string[] {
  return (subjectAltName ?? "")
    .split(", ")
    .map((entry) => printable(entry.replace(/^(DNS|IP Address):/, "")))
    .filter((name) => name !== "");
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "\u{fffd}");
}
