// The rungs: what is done on each, and what a man in the middle must and must not be able to read there.

/** What the ladder asks of a capture. Each is established by the sniffer, from the bytes that went by. */
export type Exposure =
  | "username"
  | "password"
  | "session token"
  | "server certificate"
  | "server name (SNI)"
  | "protocol (ALPN)"
  | "sizes and times";

/** What comes to nothing: the connection, since the client does not trust the server; or the login, since it was relayed. */
export type Refused = "nothing" | "the server" | "the login";

export interface Rung {
  readonly number: number;
  readonly title: string;
  /** The title in two short lines, where rungs stand side by side. */
  readonly heading: readonly [layer: string, attacker: string];
  /** Plain words for what a reader of the wire gets. */
  readonly lesson: string;
  readonly transport: "plaintext" | "TLS 1.2" | "TLS 1.3";
  /** Watches the wire, or puts himself in the way with a certificate: of his own, or of an authority that the client trusts. */
  readonly attacker: "watches" | "impersonates" | "impersonates, trusted";
  readonly client: "verifies" | "told not to verify";
  /** How the client logs in; under OPAQUE the account was made before, where nobody was in the way. */
  readonly login: "password" | "OPAQUE";
  /** Exactly these are readable to the attacker; anything else on the list must not be. */
  readonly readable: readonly Exposure[];
  readonly refused: Refused;
}

/** What nobody but the two ends should have. */
export function isSecret(exposure: Exposure): boolean {
  return exposure === "username" || exposure === "password" || exposure === "session token";
}

export const everyExposure: readonly Exposure[] = [
  "username",
  "password",
  "session token",
  "server certificate",
  "server name (SNI)",
  "protocol (ALPN)",
  "sizes and times",
];

export const rungs: readonly Rung[] = [
  {
    number: 0,
    title: "plain TCP, watched",
    heading: ["plain TCP", "he listens"],
    lesson: "everything: name, password, token",
    transport: "plaintext",
    attacker: "watches",
    client: "verifies",
    login: "password",
    readable: ["username", "password", "session token", "sizes and times"],
    refused: "nothing",
  },
  {
    number: 1,
    title: "TLS 1.2, watched",
    heading: ["TLS 1.2", "he listens"],
    lesson: "server certificate, SNI, ALPN, sizes, times",
    transport: "TLS 1.2",
    attacker: "watches",
    client: "verifies",
    login: "password",
    readable: ["server certificate", "server name (SNI)", "protocol (ALPN)", "sizes and times"],
    refused: "nothing",
  },
  {
    number: 2,
    title: "TLS 1.3, watched",
    heading: ["TLS 1.3", "he listens"],
    lesson: "SNI, ALPN, sizes, times",
    transport: "TLS 1.3",
    attacker: "watches",
    client: "verifies",
    login: "password",
    readable: ["server name (SNI)", "protocol (ALPN)", "sizes and times"],
    refused: "nothing",
  },
  {
    number: 3,
    title: "TLS 1.3, impersonated, client told not to verify",
    heading: ["TLS 1.3", "between, not verified"],
    lesson: "everything: name, password, token",
    transport: "TLS 1.3",
    attacker: "impersonates",
    client: "told not to verify",
    login: "password",
    readable: everyExposure,
    refused: "nothing",
  },
  {
    number: 4,
    title: "TLS 1.3, impersonated, client verifies",
    heading: ["TLS 1.3", "between, verified"],
    lesson: "SNI, ALPN; no login: the client refuses",
    transport: "TLS 1.3",
    attacker: "impersonates",
    client: "verifies",
    login: "password",
    readable: ["server name (SNI)", "protocol (ALPN)"],
    refused: "the server",
  },
  {
    number: 5,
    title: "TLS 1.3, impersonated with a trusted CA, OPAQUE",
    heading: ["TLS, OPAQUE", "between, trusted CA"],
    lesson: "the name; no password; the stolen login is refused",
    transport: "TLS 1.3",
    attacker: "impersonates, trusted",
    client: "verifies",
    login: "OPAQUE",
    readable: ["username", "server certificate", "server name (SNI)", "protocol (ALPN)", "sizes and times"],
    refused: "the login",
  },
];
