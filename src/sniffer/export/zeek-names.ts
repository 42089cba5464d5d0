// Versions, suites, groups and alerts by the names that Zeek's ssl.log has (scripts/base/protocols/ssl/consts.zeek): IANA's
// but for some.
import { cipherSuiteName } from "../tls/cipher-suite-names.js";
import { groupName } from "../tls/group-names.js";
import { alertName } from "../tls/names.js";

const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0x0002, "SSLv2"],
  [0x0300, "SSLv3"],
  [0x0301, "TLSv10"],
  [0x0302, "TLSv11"],
  [0x0303, "TLSv12"],
  [0x0304, "TLSv13"],
  [0xfeff, "DTLSv10"],
  [0xfefd, "DTLSv12"],
  [0xfefc, "DTLSv13"],
]);
/** Netscape's and Microsoft's own, which IANA never had. */
const OWN_SUITES: ReadonlyMap<number, string> = new Map([
  [0xfefe, "SSL_RSA_FIPS_WITH_DES_CBC_SHA"],
  [0xfeff, "SSL_RSA_FIPS_WITH_3DES_EDE_CBC_SHA"],
  [0xff80, "SSL_RSA_WITH_RC2_CBC_MD5"],
  [0xff81, "SSL_RSA_WITH_IDEA_CBC_MD5"],
  [0xff82, "SSL_RSA_WITH_DES_CBC_MD5"],
  [0xff83, "SSL_RSA_WITH_3DES_EDE_CBC_MD5"],
  [0xffe0, "SSL_RSA_FIPS_WITH_3DES_EDE_CBC_SHA_2"],
  [0xffe1, "SSL_RSA_FIPS_WITH_DES_CBC_SHA_2"],
]);
/** Alerts that have a name, and none in Zeek. */
const UNNAMED_ALERTS: ReadonlySet<number> = new Set([1, 52, 109]);

export function zeekVersion(version: number): string {
  const draft = (version & 0xff00) === 0x7f00 ? `TLSv13-draft${version & 0xff}` : undefined;
  return VERSIONS.get(version) ?? draft ?? unknown(version);
}

export function zeekSuite(suite: number): string {
  const name = OWN_SUITES.get(suite) ?? known(cipherSuiteName(suite)) ?? unknown(suite);
  return name.replace("_anon_", "_ANON_").replace("POLY1305_DRAFT", "POLY1305_SHA256_OLD");
}

export function zeekCurve(group: number): string {
  return known(groupName(group)) ?? unknown(group);
}

export function zeekAlert(description: number): string {
  const name = alertName(description);
  return UNNAMED_ALERTS.has(description) || name.includes(" ") ? unknown(description) : name;
}

/** Our tables answer with the number in hexadecimal where they have no name. */
function known(name: string): string | undefined {
  return name.startsWith("0x") ? undefined : name;
}

function unknown(code: number): string {
  return `unknown-${code}`;
}
