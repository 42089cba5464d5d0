// Turns what libpcap says into what the person can do: the one place that knows its words.
import { LiveError } from "./live-error.js";

export interface FailedCapture {
  readonly interfaceName: string;
  readonly filter: string;
  readonly backend: "cap" | "tcpdump";
  /** What the backend said. */
  readonly text: string;
  /** Names of the interfaces that there are. */
  readonly known: readonly string[];
}

export function decodeFailure(failed: FailedCapture): LiveError {
  const { text, interfaceName, filter } = failed;
  if (/permission|not permitted|CAP_NET_RAW/i.test(text))
    return new LiveError("no_permission", permissionAdvice(failed));
  if (/no such device|doesn't exist|not found|No such (network )?interface|SIOCGIFHWADDR/i.test(text)) {
    const known = failed.known.length === 0 ? "" : `; there are: ${failed.known.join(", ")}`;
    return new LiveError("no_such_interface", `there is no interface "${interfaceName}"${known}`);
  }
  // Checked last among those that name something, because a filter may hold any word.
  if (/syntax error|parse filter|unknown (host|port|network)|expression|illegal token|can't parse/i.test(text)) {
    return new LiveError("bad_filter", `the filter "${filter}" is not one of BPF: ${oneLine(text)}`);
  }
  return new LiveError("backend_failed", `cannot capture on ${interfaceName} with ${failed.backend}: ${oneLine(text)}`);
}

/** Why a capture ended that had begun. */
export function decodeBreak(interfaceName: string, words: string, how: string): LiveError {
  if (/disappeared/i.test(words)) return new LiveError("interface_gone", `the interface ${interfaceName} disappeared`);
  if (/went down|network is down/i.test(words)) {
    return new LiveError("interface_gone", `the interface ${interfaceName} went down`);
  }
  // What cap 0.2.1 says of it.
  if (/cb_packets.*status == 0/.test(words)) {
    return new LiveError("interface_gone", `the interface ${interfaceName} disappeared, or cap failed`);
  }
  return new LiveError("backend_failed", `${how}: ${oneLine(words)}`);
}

/** What to install when nothing can capture; `wanted` is the backend that was asked for, if one was. */
export function missingBackend(why: readonly string[], wanted: "cap" | "tcpdump" | undefined): LiveError {
  const needs =
    wanted === undefined
      ? "live capture needs the package cap or the program tcpdump, and neither is here"
      : `${wanted} is not here`;
  return new LiveError("no_backend", `${needs} (${why.join("; ")}).\n${INSTALL_ADVICE}`);
}

const INSTALL_ADVICE = `  Debian, Ubuntu: apt-get install tcpdump
    or for cap:   apt-get install libpcap-dev build-essential python3, then npm install cap
  Fedora:         dnf install tcpdump
    or for cap:   dnf install libpcap-devel gcc-c++ make python3, then npm install cap
  macOS:          tcpdump is part of the system
Without either, sniffer -r FILE and sniffer --relay LISTEN=HOST:PORT work all the same.`;

function permissionAdvice({ interfaceName, backend }: FailedCapture): string {
  const program = backend === "cap" ? '"$(readlink -f "$(command -v node)")"' : '"$(command -v tcpdump)"';
  return (
    `no permission to capture on ${interfaceName}: run it as root (sudo), or once\n` +
    `  sudo setcap cap_net_raw,cap_net_admin=eip ${program}\n` +
    "Without either, sniffer --relay LISTEN=HOST:PORT needs no permission."
  );
}

function oneLine(text: string): string {
  const line = text
    .replace(/^tcpdump: /gm, "")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
