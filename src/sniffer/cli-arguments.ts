// Reads the command line: what to watch, what to look for, what to print.
import { parseArgs } from "node:util";

export interface CliOptions {
  source: CliSource;
  /** Written as pcapng; "-" is stdout. */
  write: string | undefined;
  maxPackets: number | undefined;
  snapBytes: number | undefined;
  seconds: number | undefined;
  tlsAware: boolean;
  json: boolean;
  packets: boolean;
  protoFolders: string[];
  keyLogFile: string | undefined;
  extractFolder: string | undefined;
  secretFile: string | undefined;
}

export type Backend = "cap" | "tcpdump";

export type CliSource =
  | { kind: "file"; path: string }
  | { kind: "relay"; route: string }
  /** Without a name, the interface is chosen when it is known what there is. */
  | { kind: "live"; interfaceName: string | undefined; backend: Backend | undefined; filter: string };

export type CliCommand =
  | { kind: "run"; options: CliOptions }
  | { kind: "help" }
  | { kind: "version" }
  | { kind: "list" };

/** The message says which argument is wrong and what it may be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const HELP = `usage: sniffer [-i INTERFACE] [SECONDS] [options] [BPF filter...]
       sniffer -r FILE [options]
       sniffer --relay LISTEN=HOST:PORT [options]

Shows what someone on the wire can and cannot read.

where the packets come from
  -i INTERFACE         capture live, as root (default: any, where there is one)
  -r FILE              read a pcap or pcapng file, also gzipped; - is a pipe
  --relay LISTEN=HOST:PORT
                       pass TCP connections on and watch them; needs neither
                       root nor libpcap
  -D, --list           list the interfaces and exit
  --backend cap|tcpdump
                       how to capture (default: tcpdump on lo and any, else
                       cap; the other one where it is not installed)

how much
  --seconds N, or N    stop after N seconds (-i and --relay)
  -c COUNT             stop after COUNT packets
  -s BYTES             keep only the first BYTES of each packet
  BPF filter...        such as: tcp port 443 (only with -i)

what to look for
  --proto DIR          .proto files that say what messages mean; repeatable
  --keylog FILE        TLS secrets, as SSLKEYLOGFILE has them: what they open
                       is read too; a live capture reads on as the file grows
  --secret-file FILE   secrets, one a line: exit code 3 if one is seen; none is
                       ever printed
  --extract DIR        write each conversation's bytes to DIR/ID.client and
                       DIR/ID.server
  -w FILE              write the packets to FILE as pcapng; - is a pipe

how it is shown
  --json               one JSON object a line
  --packets            also a line for each packet
  --tls-aware          also a line for each TLS record, and more of each hello
  -n                   for habit: addresses are never turned into names
  -h, --help           this text
  -V, --version        the version

exit code: 0 fine, 1 could not run, 2 usage, 3 a secret was seen,
           4 the input is damaged
`;

/** Throws UsageError. */
export function decodeArguments(argv: readonly string[]): CliCommand {
  const { values, positionals } = parse(argv);
  if (values.help === true) return { kind: "help" };
  if (values.version === true) return { kind: "version" };
  if (values.list === true) return { kind: "list" };
  const words = [...positionals];
  const bare = words[0] !== undefined && /^\d+$/.test(words[0]) ? words.shift() : undefined;
  if (bare !== undefined && values.seconds !== undefined) throw new UsageError("the seconds are given twice");
  const source = decodeSource(values, words);
  const seconds = decodeSeconds(values.seconds ?? bare);
  if (source.kind === "file" && seconds !== undefined)
    throw new UsageError("seconds are for a live capture, not for -r");
  return {
    kind: "run",
    options: {
      source,
      seconds,
      write: values.write,
      maxPackets: decodeCount("-c", values.count, 1),
      snapBytes: decodeCount("-s", values.snaplen, 0) || undefined,
      tlsAware: values["tls-aware"] ?? false,
      json: values.json ?? false,
      packets: values.packets ?? false,
      protoFolders: values.proto ?? [],
      keyLogFile: values.keylog,
      extractFolder: values.extract,
      secretFile: values["secret-file"],
    },
  };
}

type Values = ReturnType<typeof parse>["values"];

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    // parseArgs explains well enough, but ends with advice about "--" or "-X=-Y" that takes three lines.
    const message = error instanceof Error ? (error.message.split(/\. |\n/)[0] ?? error.message) : String(error);
    const flag = /^Option '(-[^' ]+)'? argument is ambiguous/.exec(message)?.[1];
    const words = flag === undefined ? message : `${flag} needs a value, and what follows it begins with a dash`;
    throw new UsageError(words, { cause: error });
  }
}

const OPTIONS = {
  interface: { type: "string", short: "i" },
  read: { type: "string", short: "r" },
  relay: { type: "string" },
  backend: { type: "string" },
  list: { type: "boolean", short: "D" },
  write: { type: "string", short: "w" },
  count: { type: "string", short: "c" },
  snaplen: { type: "string", short: "s" },
  numeric: { type: "boolean", short: "n" },
  seconds: { type: "string" },
  "tls-aware": { type: "boolean" },
  json: { type: "boolean" },
  packets: { type: "boolean" },
  proto: { type: "string", multiple: true },
  keylog: { type: "string" },
  extract: { type: "string" },
  "secret-file": { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

function decodeSource(values: Values, words: readonly string[]): CliSource {
  const given = [values.interface, values.read, values.relay].filter((value) => value !== undefined);
  if (given.length > 1) throw new UsageError("-i, -r and --relay exclude each other");
  const live = values.read === undefined && values.relay === undefined;
  if (!live && words.length > 0) {
    throw new UsageError(
      `a filter ("${words.join(" ")}") works with -i alone; filter a file with: tcpdump -r FILE -w - ${words.join(" ")} | sniffer -r -`,
    );
  }
  if (!live && values.backend !== undefined) throw new UsageError("--backend is for -i");
  if (values.read !== undefined) return { kind: "file", path: values.read };
  if (values.relay !== undefined) return { kind: "relay", route: values.relay };
  return {
    kind: "live",
    interfaceName: values.interface,
    backend: decodeBackend(values.backend),
    filter: words.join(" "),
  };
}

function decodeBackend(text: string | undefined): Backend | undefined {
  if (text === undefined || text === "cap" || text === "tcpdump") return text;
  throw new UsageError(`--backend is cap or tcpdump, not "${text}"`);
}

function decodeSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  // setTimeout counts milliseconds in 31 bits.
  if (!/^\d+(\.\d+)?$/.test(text) || seconds <= 0 || seconds > 2_000_000) {
    throw new UsageError(`seconds are a number from 0.1 to 2000000, not "${text}"`);
  }
  return seconds;
}

function decodeCount(flag: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text) || Number(text) < least) {
    throw new UsageError(`${flag} takes a whole number from ${least}, not "${text}"`);
  }
  return Number(text);
}
