// Whether a certificate was made out for a host (RFC 9525: by its alternative names; without any, by its common name).
import type { CertificateFacts } from "../event.js";

export function certificateCovers({ names, subject }: CertificateFacts, host: string): boolean {
  const common = /(?:^|,\s*)CN=([^,]+)/.exec(subject)?.[1];
  const candidates = names.length > 0 || common === undefined ? names : [common];
  return candidates.some((name) => covers(name.toLowerCase(), host.toLowerCase()));
}

/** "*.example.org" covers one label more, and no other. */
function covers(name: string, host: string): boolean {
  if (name === host) return true;
  if (!name.startsWith("*.")) return false;
  const dot = host.indexOf(".");
  return dot > 0 && host.slice(dot) === name.slice(1);
}
