// The sniffer's JSON contract: one object a line, arrays never repeated keys. `frame` is the 1-based packet in
// which the thing is complete, as tshark counts.

export type Side = "client" | "server";
export type Visibility = "readable" | "metadata" | "hidden" | "damaged";
/**
 * Also "http2", "ssh", "smtp", "ftp", "pop3", "imap", "rtsp", "sip", "mysql", "postgresql", "redis", "ldap", "socks",
 * "openvpn"; for UDP "dtls", "quic", "sip", "dns"...
 */
export type Application = "tls" | "earshot" | "http" | "unknown" | (string & {});

export type SnifferEvent =
  | ConversationEvent
  | RecordEvent
  | ClientHelloEvent
  | ServerHelloEvent
  | CertificateEvent
  | AlertEvent
  | MessageEvent
  | FindingEvent
  | PacketEvent
  | AssessmentEvent
  | SummaryEvent;

export interface ConversationEvent {
  event: "conversation";
  id: number;
  protocol: "tcp" | "udp" | "eap";
  /** "10.0.0.1:40005" or "[fe80::1]:443"; of EAP, by whose TLS hosts are let into a network, the MAC address. */
  client: string;
  server: string;
  community_id: string;
  first_frame: number;
  last_frame: number;
  client_bytes: number;
  server_bytes: number;
  client_sha256: string;
  server_sha256: string;
  gaps: number;
  state: "fin" | "rst" | "open";
  application: Application;
}

export interface RecordEvent {
  event: "record";
  conversation: number;
  frame: number;
  side: Side;
  content_type: number;
  /** "0x0301": the record's own version field. */
  version: string;
  /** Bytes of the fragment, without the 5-byte header. */
  length: number;
  /** What TLS 1.3 hid inside, where keys opened the record. */
  inner_content_type?: number;
  /** Not in the JSON lines: where the record's header begins in the side's stream. */
  offset?: number;
  /** Not in the JSON lines: what the fragment is to whoever has no keys. */
  byte_class?: keyof Accounted;
  /** Not in the JSON lines: keys opened it. */
  opened?: true;
}

export interface ClientHelloEvent {
  event: "client_hello";
  conversation: number;
  frame: number;
  sni: string | null;
  alpn: string[];
  /** supported_versions, or the legacy version where that extension is absent; GREASE left out. */
  versions: string[];
  cipher_suites: string[];
  extensions: number[];
  groups: string[];
  signature_algorithms: string[];
  key_shares: string[];
  session_id_length: number;
  /** "outer" when an encrypted ClientHello hides an inner one, "grease" cannot be told from it. */
  ech: boolean;
  psk: boolean;
  early_data: boolean;
  ja3: string;
  ja4: string;
}

export interface ServerHelloEvent {
  event: "server_hello";
  conversation: number;
  frame: number;
  /** The negotiated version (supported_versions wins over the legacy field). */
  version: string;
  cipher_suite: string;
  alpn: string | null;
  group: string | null;
  hello_retry: boolean;
  resumed: boolean;
  ja3s: string;
}

export interface CertificateEvent {
  event: "certificate";
  conversation: number;
  frame: number;
  side: Side;
  chain: CertificateFacts[];
}

export interface CertificateFacts {
  subject: string;
  issuer: string;
  sha256: string;
  sha1: string;
  not_before: string;
  not_after: string;
  names: string[];
}

export interface AlertEvent {
  event: "alert";
  conversation: number;
  frame: number;
  side: Side;
  /** null when the alert is encrypted. */
  level: number | null;
  description: number | null;
  name: string;
}

export interface MessageEvent {
  event: "message";
  conversation: number;
  side: Side;
  frame: number;
  kind: "request" | "response" | "data" | "cancel" | "credit" | "ping" | "go_away" | "hello" | "unknown";
  stream_id: number;
  /** "package.Service/Method" for our protocol and gRPC, "GET" for HTTP; null where the request was not seen. */
  method: string | null;
  /** gRPC code name for a response or cancel; "200" for HTTP, HTTP/2's error name for a cancel; else absent. */
  status?: string;
  /** What a response that failed says beside its code. */
  status_message?: string;
  /** Details of a status, each with its "@type". */
  details?: Record<string, unknown>[];
  /** Where there is any; the values of authorization and its like are masked. */
  metadata?: Record<string, string>;
  /** Decoded by schema where there is one, else by number; fields marked debug_redact are masked. */
  fields: Record<string, unknown>;
  /** It was read with keys (--keylog): someone without them sees ciphertext. */
  decrypted?: true;
}

export interface Evidence {
  frame: number;
  /** Offset in the side's reassembled stream; for a finding about a packet, in the packet's captured bytes. */
  offset: number;
  length: number;
}

export interface FindingEvent {
  event: "finding";
  /** null when the finding is about the capture or a packet outside any conversation. */
  conversation: number | null;
  side: Side | null;
  visibility: Visibility;
  /**
   * A sentence, or for what a message gave away its short name: "username", "password", "hashed password" (open to
   * guessing), "session token", "cookie", "API key", "database", "secret".
   */
  what: string;
  /** What could be read; "[redacted: 24 bytes]" where it must not be shown. */
  value?: string;
  /** Where in the message: "earshot.accounts.v1.LoginRequest.password", "metadata.authorization". */
  field?: string;
  /** It was read with keys (--keylog); the evidence's offset then counts decrypted bytes. */
  decrypted?: true;
  evidence: Evidence;
}

/** With --what-if alone: what a handshake means for later, once per TLS conversation and before its conversation event. */
export interface AssessmentEvent {
  event: "assessment";
  conversation: number;
  /** Of the server's hello, else of the client's, else the first of TLS that was seen. */
  frame: number;
  statements: AssessmentStatement[];
  /** Empty where the handshake failed: there is nothing to read. */
  readers: FutureReader[];
}

export type AssessmentTopic =
  | "handshake"
  | "version"
  | "forward_secrecy"
  | "post_quantum"
  | "resumption"
  | "early_data"
  | "cipher"
  | "authentication"
  | "server_name"
  | "client_certificate"
  | "extended_master_secret"
  | "compression"
  | "renegotiation";

export interface AssessmentStatement {
  topic: AssessmentTopic;
  rating: "good" | "weak" | "bad" | "unknown";
  /** One plain sentence. */
  text: string;
  /** The packet that shows it; null where what shows it is absence. */
  frame: number | null;
}

export interface FutureReader {
  /** "whoever gets the server's private key". */
  who: string;
  can: "read" | "read early data" | "impersonate" | "nothing";
  /** With which key, what, and why. */
  text: string;
}

export interface PacketEvent {
  event: "packet";
  frame: number;
  /** Seconds since 1970 with nine decimals, as text; null in captures that carry no time. */
  time: string | null;
  captured_length: number;
  original_length: number;
  link: string;
  src: string | null;
  dst: string | null;
  protocol: string;
  ports: [number, number] | null;
  flags: string | null;
}

/** Captured bytes by class; the sum equals the captured bytes of all packets. */
export interface Accounted {
  headers: number;
  plaintext: number;
  tls_metadata: number;
  ciphertext: number;
  padding: number;
  /** Stream bytes seen again in retransmissions. */
  retransmitted: number;
  /** Stream bytes captured behind a hole, which cannot be placed in a record or message. */
  gap: number;
  /** Headers and fragments that the snapshot length cut: too little was captured to read them. */
  truncated: number;
  not_understood: number;
}

export interface ProtocolCount {
  packets: number;
  bytes: number;
}

export interface SummaryEvent {
  event: "summary";
  packets: number;
  bytes: number;
  link_types: string[];
  skipped: Record<string, number>;
  accounted: Accounted;
  /** With --count alone: by the innermost protocol that the headers name. */
  protocols?: Record<string, ProtocolCount>;
  damaged: boolean;
  /** Live: packets that were dropped before they could be seen, where there were any and the source can tell. */
  drops?: number;
}

/** With --guess alone: what an observer guesses of the exchanges of one capture, without reading any. */
export interface GuessEvent {
  event: "guess";
  file: string;
  /** As the lab says. */
  padding: string;
  exchanges: number;
  /** Each was guessed from what the others taught. */
  runs: number;
  /** Conversations that were not as their labels say, and are left out. */
  unmatched: number;
  labels: string[];
  /** How often who sees nothing is right by always saying the most common label. */
  chance: number;
  by_length: GuessScore;
  by_length_and_time: GuessScore;
  by_time: GuessScore;
  /** Different sequences of lengths and directions; 1: by length all exchanges are alike. */
  sequences: number;
  /** Of an exchange's records with their headers, on average. */
  client_bytes: number;
  server_bytes: number;
}

export interface GuessScore {
  right: number;
  accuracy: number;
  /** 95 % confidence (Wilson). */
  interval: [number, number];
  /** A row for each label: how often it was taken for each of the labels. */
  confusion: number[][];
}
