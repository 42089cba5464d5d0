// What --cert, --plaintext and --min-tls say: TLS with the certificate of a folder, kept up to date, or none at all.

import { RpcError, type ServerTls, type TlsVersion } from "../rpc/index.js";
import type { AccountServer, AccountServerOptions } from "./account-server.js";
import { CertificateError } from "./certificate/certificate-error.js";
import { type LoadedCertificate, openCertificateFolder } from "./certificate/certificate-folder.js";
import { CertificateWatch } from "./certificate/certificate-watch.js";
import type { LogFormat } from "./log-lines.js";
import type { ServerLog } from "./server-log.js";

export interface TransportOptions {
  readonly cert?: string;
  readonly plaintext?: true;
  readonly minTls: "1.2" | "1.3";
  readonly logFormat: LogFormat;
}

export interface Transport {
  readonly settings: Pick<AccountServerOptions, "tls" | "plaintext">;
  /** For the line that says where the server listens. */
  readonly label: string;
  /** Takes new certificates, on SIGHUP and when the files change. Returns what ends that. */
  keepUpToDate(server: AccountServer): () => void;
}

/** @throws CertificateError */
export async function openTransport(
  { cert, plaintext, minTls, logFormat }: TransportOptions,
  log: ServerLog,
): Promise<Transport> {
  if (plaintext === true || cert === undefined) {
    warnOfPlaintext(logFormat, log);
    return { settings: { plaintext: true }, label: "PLAINTEXT", keepUpToDate: () => () => undefined };
  }
  const loaded = await openCertificateFolder(cert);
  warn(loaded, log);
  const minVersion: TlsVersion = minTls === "1.2" ? "TLSv1.2" : "TLSv1.3";
  const tlsOf = (certificate: LoadedCertificate): ServerTls => ({
    cert: certificate.cert,
    key: certificate.key,
    minVersion,
    maxVersion: "TLSv1.3",
  });
  return {
    settings: { tls: tlsOf(loaded) },
    label: `${minTls === "1.2" ? "TLS 1.2 and 1.3" : "TLS 1.3"}, certificate ${loaded.certificateFile}`,
    keepUpToDate: (server) => {
      const watch = new CertificateWatch({
        folder: cert,
        current: loaded,
        take: (certificate) => server.rpc.reloadTls(tlsOf(certificate)),
        onTaken: ({ certificateFile: file, fingerprint256: fingerprint, ...certificate }) => {
          log.line("info", "certificate_reloaded", { file, fingerprint });
          warn(certificate, log);
        },
        onKept: (error) => log.line("warning", "certificate_kept", keptFields(error)),
      });
      const onHangup = (): void => void watch.reload();
      process.on("SIGHUP", onHangup);
      watch.start();
      return () => {
        process.off("SIGHUP", onHangup);
        watch.stop();
      };
    },
  };
}

/** In a log for people it stands out. */
function warnOfPlaintext(logFormat: LogFormat, log: ServerLog): void {
  const message = "no TLS. Everyone on the way can read every password. For the lab alone.";
  if (logFormat === "json") {
    log.line("warning", "plaintext", { message });
  } else {
    process.stderr.write(`WARNING: --plaintext: ${message}\n`);
  }
}

function warn({ warnings }: Pick<LoadedCertificate, "warnings">, log: ServerLog): void {
  for (const message of warnings) {
    log.line("warning", "certificate", { message });
  }
}

/** Only messages of our own, which never hold what is in a file. */
function keptFields(error: unknown): { code: string | undefined; message: string } {
  if (error instanceof CertificateError) {
    return { code: error.code, message: error.message };
  }
  return error instanceof RpcError
    ? { code: error.reason, message: error.message }
    : { code: undefined, message: error instanceof Error ? error.name : "unexpected error" };
}
