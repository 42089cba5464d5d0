// A TLS handshake in plain words: what was offered, what was chosen, what of it can be read and why (RFC 8446 section 2).
import type { AlertEvent, CertificateEvent, ClientHelloEvent, ServerHelloEvent, Side, SnifferEvent } from "../event.js";
import { cipherSuiteName } from "../tls/cipher-suite-names.js";
import { versionName } from "../tls/names.js";
import { counted } from "../tls/printable.js";
import { cutText } from "./page-finding.js";
import type { Level, Step, StepLine } from "./page-model.js";

/** Steps of one conversation that are told: renegotiations may be many. */
const MAX_STEPS = 24;
const MAX_NAMED = 6;
const TLS13 = 0x0304;
const CLEAR_HELLO = "a hello is sent before there is any key: everyone on the way reads it";

export class HandshakeStory {
  readonly #steps: Step[] = [];
  #version = 0;
  /** Whether the record that came last from each side took keys to read. */
  readonly #opened: Record<Side, boolean> = { client: false, server: false };

  get steps(): readonly Step[] {
    return this.#steps;
  }

  push(event: SnifferEvent): void {
    if (event.event === "record") this.#opened[event.side] = event.opened === true;
    const step = this.#stepOf(event);
    if (step !== undefined && this.#steps.length < MAX_STEPS) this.#steps.push(step);
  }

  #stepOf(event: SnifferEvent): Step | undefined {
    switch (event.event) {
      case "client_hello":
        return this.#clientHello(event);
      case "server_hello":
        return this.#serverHello(event);
      case "certificate":
        return this.#certificate(event);
      case "alert":
        return alertStep(event, this.#opened[event.side]);
      default:
        return undefined;
    }
  }

  #clientHello(event: ClientHelloEvent): Step {
    const isSecond = this.#steps.some(({ title }) => title.startsWith("The client"));
    const lines = [
      event.sni === null
        ? line("server name", "none is sent", "absent", "whoever watches has the address alone")
        : serverNameLine(event.sni, event.ech),
      event.alpn.length === 0
        ? line("protocols", "none are named", "absent", "without ALPN nothing says what will be spoken inside")
        : line("protocols", event.alpn.join(", "), "readable", CLEAR_HELLO),
      line(
        "versions",
        event.versions.map((version) => versionName(Number(version))).join(", "),
        "readable",
        CLEAR_HELLO,
      ),
      line("cipher suites", suitesText(event.cipher_suites), "readable", CLEAR_HELLO),
      ...keysLine("key shares", event.key_shares, "halves of a key exchange: reading them opens nothing"),
      ...keysLine("groups", event.groups, CLEAR_HELLO),
      ...(event.psk
        ? [
            line(
              "resumption",
              "offers to resume an earlier session",
              "readable",
              "the ticket also tells that both met before",
            ),
          ]
        : []),
      ...(event.early_data
        ? [
            line(
              "early data",
              "sends data before the server has answered",
              "length",
              "encrypted, but whoever records it can send it again",
            ),
          ]
        : []),
      line(
        "fingerprint",
        `JA4 ${event.ja4}, JA3 ${event.ja3}`,
        "readable",
        "the shape of the hello tells which program made it",
      ),
    ];
    return {
      frame: event.frame,
      side: "client",
      title: isSecond ? "The client offers once more" : "The client offers",
      lines,
    };
  }

  #serverHello(event: ServerHelloEvent): Step {
    const version = Number(event.version);
    if (event.hello_retry) {
      const text = event.group === null ? "another hello" : `a key share of ${event.group}`;
      const lines = [line("wants", text, "readable", CLEAR_HELLO)];
      return { frame: event.frame, side: "server", title: "The server asks again", lines };
    }
    this.#version = version;
    const sealed = version === TLS13;
    const lines = [
      line("version", versionName(version), "readable", CLEAR_HELLO),
      line("cipher suite", cipherSuiteName(Number(event.cipher_suite)), "readable", CLEAR_HELLO),
      ...(event.group === null
        ? []
        : [
            line(
              "key exchange",
              event.group,
              "readable",
              "the halves are public, the key that both get from them is not",
            ),
          ]),
      ...(event.alpn === null ? [] : [line("protocol", event.alpn, "readable", CLEAR_HELLO)]),
      ...(event.resumed ? [line("resumption", "an earlier session goes on", "readable", CLEAR_HELLO)] : []),
      line(
        "from here on",
        sealed
          ? "everything is encrypted"
          : "the rest of the handshake is still in the clear, what follows it is encrypted",
        sealed ? "length" : "readable",
        sealed
          ? "both have the keys now, the certificate included"
          : "up to TLS 1.2 only what follows Finished is encrypted",
      ),
    ];
    return { frame: event.frame, side: "server", title: "The server chooses", lines };
  }

  #certificate(event: CertificateEvent): Step {
    const opened = this.#version === TLS13;
    const level: Level = opened ? "length" : "readable";
    const why = opened
      ? "TLS 1.3 encrypts it; read here with the keys"
      : "up to TLS 1.2 certificates are sent in the clear";
    const [own] = event.chain;
    const lines =
      own === undefined
        ? [line("certificate", "none", level, why)]
        : [
            line("subject", own.subject, level, why),
            ...(own.names.length === 0 ? [] : [line("names", listed(own.names), level, why)]),
            line("issuer", own.issuer, level, why),
            line("valid", `${own.not_before} to ${own.not_after}`, level, why),
            line("SHA-256", own.sha256, level, why),
            line("chain", counted(event.chain.length, "certificate"), level, why),
          ];
    const title = event.side === "server" ? "The server shows who it is" : "The client shows who it is";
    return { frame: event.frame, side: event.side, title, lines };
  }
}

function serverNameLine(name: string, hidesInner: boolean): StepLine {
  return hidesInner
    ? line("server name", name, "presence", "this is the outer name; an encrypted inner hello may have the true one")
    : line("server name", name, "readable", "the server needs it to choose its certificate, and there is no key yet");
}

function alertStep({ frame, side, name, level }: AlertEvent, opened: boolean): Step {
  const title = side === "client" ? "The client alerts" : "The server alerts";
  const isShut = level === null;
  const text = isShut ? "encrypted: mostly the notice that this side closes" : name.replaceAll("_", " ");
  const isHidden = isShut || opened;
  const why = opened ? "it is encrypted; read here with the keys" : "alerts before encryption are in the clear";
  const reason = isShut ? "only that there is one shows" : why;
  return { frame, side, title, lines: [line("says", text, isHidden ? "presence" : "readable", reason)] };
}

function keysLine(name: string, keys: readonly string[], why: string): StepLine[] {
  return keys.length === 0 ? [] : [line(name, listed(keys), "readable", why)];
}

function suitesText(suites: readonly string[]): string {
  return listed(suites.map((suite) => cipherSuiteName(Number(suite))));
}

function listed(items: readonly string[]): string {
  const shown = items.slice(0, MAX_NAMED).join(", ");
  return items.length > MAX_NAMED ? `${shown} and ${items.length - MAX_NAMED} more` : shown;
}

function line(name: string, text: string, level: Level, why: string): StepLine {
  return { name, text: cutText(text), level, why };
}
