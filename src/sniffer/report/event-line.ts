// What a person sees of each event: a label, a sentence, and how loud it is.
import type { ConversationEvent, MessageEvent, PacketEvent, Side, SnifferEvent, Visibility } from "../event.js";
import { cipherSuiteName } from "../tls/cipher-suite-names.js";
import { contentTypeName, versionName } from "../tls/names.js";
import { clockText } from "./clock.js";
import type { Style } from "./paint.js";

export interface EventLine {
  readonly frame: number | undefined;
  /** Of a packet, in the place of conversation and side. */
  readonly time?: string;
  /** Of a packet: what `text` says, in its parts. */
  readonly columns?: PacketColumns;
  readonly conversation: number | undefined;
  readonly side: Side | undefined;
  readonly label: string;
  readonly style: Style | undefined;
  readonly text: string;
  /** Whole, on several lines where one is too narrow; otherwise cut. */
  readonly wrap: boolean;
}

export interface PacketColumns {
  /** Who sent it to whom, with their ports. */
  readonly ends: string;
  /** "[SYN,ACK]"; "" where there are none. */
  readonly flags: string;
  readonly size: string;
}

export interface LineOptions {
  /** Also records, and more of each hello. */
  readonly tlsAware: boolean;
  /** Also what each handshake means for later; without it the verdict alone sums that up. */
  readonly whatIf?: boolean | undefined;
}

/** Undefined for what this report leaves out; the summary is told by the verdict, an assessment in lines of its own. */
export function describeEvent(event: SnifferEvent, options: LineOptions): EventLine | undefined {
  switch (event.event) {
    case "packet":
      return {
        ...NOWHERE,
        frame: event.frame,
        time: clockText(event.time),
        label: event.protocol,
        style: "dim",
        text: packetText(event),
        columns: packetColumns(event),
      };
    case "conversation":
      return {
        ...NOWHERE,
        frame: event.last_frame,
        conversation: event.id,
        label: `${event.protocol} ${event.protocol === "tcp" ? event.state : ""}`.trim(),
        style: "bold",
        text: conversationText(event),
        wrap: true,
      };
    case "record":
      return options.tlsAware
        ? { ...at(event), label: "record", style: "dim", text: recordText(event.content_type, event.length) }
        : undefined;
    case "client_hello":
      return {
        ...at(event),
        side: "client",
        label: "client hello",
        style: "cyan",
        text: clientHelloText(event, options),
      };
    case "server_hello":
      return {
        ...at(event),
        side: "server",
        label: "server hello",
        style: "cyan",
        text: serverHelloText(event, options),
      };
    case "certificate":
      return { ...at(event), label: "certificate", style: "cyan", text: certificateText(event.chain) };
    case "alert":
      return { ...at(event), label: "alert", style: "cyan", text: event.name.replaceAll("_", " ") };
    case "message":
      return { ...at(event), label: event.kind, style: undefined, text: messageText(event) };
    case "finding":
      return {
        frame: event.evidence.frame || undefined,
        conversation: event.conversation ?? undefined,
        side: event.side ?? undefined,
        label: event.decrypted === true ? "WITH KEYS" : event.visibility.toUpperCase(),
        style: VISIBILITY_STYLES[event.visibility],
        text: event.value === undefined ? event.what : `${event.what}: ${event.value}`,
        wrap: true,
      };
    case "assessment":
    case "summary":
      return undefined;
  }
}

export const VISIBILITY_STYLES: Readonly<Record<Visibility, Style>> = {
  readable: "red",
  metadata: "yellow",
  hidden: "green",
  damaged: "magenta",
};

const NOWHERE = { frame: undefined, conversation: undefined, side: undefined, wrap: false } as const;

function at(event: { event: string; frame: number; conversation: number; side?: Side }) {
  return { frame: event.frame, conversation: event.conversation, side: event.side, wrap: event.event !== "record" };
}

function packetText(event: PacketEvent): string {
  const { ends, flags, size } = packetColumns(event);
  return [ends, ...(flags === "" ? [] : [flags]), size].join(" ");
}

function packetColumns(event: PacketEvent): PacketColumns {
  const [from, to] = event.ports === null ? ["", ""] : event.ports.map((port) => `.${port}`);
  const ends = event.src === null ? event.link : `${event.src}${from} > ${event.dst}${to}`;
  const flags = event.flags === null ? "" : `[${event.flags}]`;
  const cut = event.captured_length < event.original_length ? ` of ${event.original_length}` : "";
  return { ends, flags, size: `${event.captured_length}${cut} bytes` };
}

function conversationText(event: ConversationEvent): string {
  const lost = event.gaps === 0 ? "" : `, ${event.gaps} ${event.gaps === 1 ? "hole" : "holes"}`;
  const bytes = `${event.client_bytes} / ${event.server_bytes} bytes`;
  return `${event.client} > ${event.server} ${event.application}, ${bytes}${lost}`;
}

function recordText(type: number, length: number): string {
  return `${contentTypeName(type).replaceAll("_", " ")}, ${length} ${length === 1 ? "byte" : "bytes"}`;
}

type HelloEvent = Extract<SnifferEvent, { event: "client_hello" }>;

function clientHelloText(event: HelloEvent, options: LineOptions): string {
  const versions = event.versions.map((version) => versionName(Number(version))).join(", ");
  const alpn = event.alpn.length === 0 ? "" : `; ALPN ${event.alpn.join(", ")}`;
  const ech = event.ech ? "; ECH" : "";
  const more = options.tlsAware ? `; JA4 ${event.ja4}; JA3 ${event.ja3}; ${event.cipher_suites.length} suites` : "";
  return `${event.sni ?? "no server name"}; ${versions}${alpn}${ech}${more}`;
}

function serverHelloText(event: Extract<SnifferEvent, { event: "server_hello" }>, options: LineOptions): string {
  const retry = event.hello_retry ? "asks for another hello; " : "";
  const group = event.group === null ? "" : `; ${event.group}`;
  const alpn = event.alpn === null ? "" : `; ALPN ${event.alpn}`;
  const resumed = event.resumed ? "; resumed" : "";
  const more = options.tlsAware ? `; JA3S ${event.ja3s}` : "";
  const suite = cipherSuiteName(Number(event.cipher_suite));
  return `${retry}${versionName(Number(event.version))}; ${suite}${group}${alpn}${resumed}${more}`;
}

function certificateText(chain: Extract<SnifferEvent, { event: "certificate" }>["chain"]): string {
  const [leaf] = chain;
  if (leaf === undefined) return "none";
  const above = chain.length > 1 ? ` and ${chain.length - 1} more` : "";
  return `${leaf.subject}; until ${leaf.not_after}; issued by ${leaf.issuer}${above}`;
}

function messageText(event: MessageEvent): string {
  const method = event.method === null ? "" : `${event.method.split(".").at(-1)} `;
  const status = event.status === undefined ? "" : `${event.status} `;
  const why = event.status_message === undefined ? "" : `"${event.status_message}" `;
  const metadata = Object.entries(event.metadata ?? {}).map(([key, value]) => `${key}=${value}`);
  const fields = Object.entries(event.fields).map(([name, value]) => `${name}=${fieldText(value)}`);
  return `${method}${status}${why}${[...metadata, ...fields].join(" ")}`.trim();
}

function fieldText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
