// Handshakes that openssl makes with itself, and what they mean for later.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeIdentity, NO_OPENSSL } from "../tls/openssl-talk.js";
import {
  type AssessmentCase,
  CACHE,
  COMPUTING,
  KEY_LOG,
  MIDDLE,
  QUANTUM,
  SERVER_KEY,
  THE_PSK,
  TICKET_KEY,
} from "./assessment-expected.js";

const KEYS = [["rsa:2048"], ["rsa:1024"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]];

/** `folder`: where certificates and sessions may lie. */
export function assessmentCases(folder: string): readonly AssessmentCase[] {
  const path = (name: string): string => join(folder, name);
  const [rsa = [], short = [], ec = []] = NO_OPENSSL ? [] : KEYS.map((kind) => makeIdentity(folder, kind));
  const PSK = ["-psk", "00112233445566778899aabbccddeeff", "-psk_identity", "meter"];
  const early = path("early.txt");
  writeFileSync(early, "early words\n");
  const session = (name: string) => ({
    out: ["-sess_out", path(name)],
    in: ["-sess_in", path(name)],
    awaited: path(name),
  });

  if (!NO_OPENSSL)
    execFileSync("openssl", ["dhparam", "-dsaparam", "-out", path("dh1024.pem"), "1024"], { stdio: "ignore" });
  const S13 = session("s13");
  const S13KE = session("s13ke");
  const S12 = session("s12");
  const ID12 = session("id12");
  const EARLY = session("early-session");
  const NONE = ["-no_ticket"];

  return [
    [
      "TLS 1.3 with a fresh exchange",
      { server: [...rsa, "-groups", "X25519"], clients: [["-tls1_3", "-servername", "name.example"]] },
      {
        ratings: {
          version: "good",
          forward_secrecy: "good",
          post_quantum: "weak",
          server_name: "weak",
          cipher: "good",
        },
        readers: { [KEY_LOG]: "read", [SERVER_KEY]: "impersonate", [QUANTUM]: "read" },
        said: /New, TLSv1\.3.*\n[\s\S]*Server Temp Key: X25519|Server Temp Key: X25519[\s\S]*New, TLSv1\.3/,
      },
    ],
    [
      "a hello retry",
      { server: [...rsa, "-groups", "P-384"], clients: [["-tls1_3", "-groups", "X25519:P-384"]] },
      {
        ratings: { handshake: "good", forward_secrecy: "good" },
        readers: { [KEY_LOG]: "read", [SERVER_KEY]: "impersonate", [QUANTUM]: "read" },
        said: /Server Temp Key: ECDH, (P-384|secp384r1)/,
        text: /asked for a key share of secp384r1/,
      },
    ],
    [
      "TLS 1.3 resumed with a fresh exchange",
      {
        server: rsa,
        clients: [
          ["-tls1_3", ...S13.out],
          ["-tls1_3", ...S13.in],
        ],
        awaited: S13.awaited,
      },
      {
        ratings: { forward_secrecy: "good", resumption: "good", authentication: "good" },
        readers: { [KEY_LOG]: "read", [TICKET_KEY]: "impersonate", [QUANTUM]: "read" },
        said: /Reused, TLSv1\.3/,
        text: /psk_dhe_ke/,
      },
    ],
    [
      "TLS 1.3 resumed without one",
      {
        server: [...rsa, "-groups", "X25519", "-allow_no_dhe_kex"],
        clients: [
          ["-tls1_3", "-allow_no_dhe_kex", ...S13KE.out],
          ["-tls1_3", "-allow_no_dhe_kex", "-groups", "P-384", ...S13KE.in],
        ],
        awaited: S13KE.awaited,
      },
      {
        ratings: { forward_secrecy: "bad", resumption: "bad", post_quantum: "unknown" },
        readers: { [KEY_LOG]: "read", [TICKET_KEY]: "read", [QUANTUM]: "read" },
        said: /Reused, TLSv1\.3/,
        text: /\(psk_ke\)/,
      },
    ],
    [
      "a pre-shared key in TLS 1.3 with a fresh exchange",
      { server: [...PSK, "-nocert"], clients: [["-tls1_3", ...PSK]] },
      {
        ratings: { forward_secrecy: "good", post_quantum: "good", authentication: "good" },
        readers: { [KEY_LOG]: "read", [THE_PSK]: "impersonate", [QUANTUM]: "nothing" },
        said: /Reused, TLSv1\.3/,
      },
    ],
    [
      "a pre-shared key in TLS 1.3 alone",
      {
        server: [...PSK, "-nocert", "-groups", "X25519", "-allow_no_dhe_kex"],
        clients: [["-tls1_3", ...PSK, "-allow_no_dhe_kex", "-groups", "P-384"]],
      },
      {
        ratings: { forward_secrecy: "bad", post_quantum: "good" },
        readers: { [KEY_LOG]: "read", [THE_PSK]: "read", [QUANTUM]: "nothing" },
        said: /TLSv1\.3/,
        text: /psk_ke/,
      },
    ],
    [
      "early data",
      {
        server: [...rsa, "-early_data"],
        clients: [
          ["-tls1_3", ...EARLY.out],
          ["-tls1_3", ...EARLY.in, "-early_data", early],
        ],
        mute: true,
        awaited: EARLY.awaited,
      },
      {
        ratings: { early_data: "weak", forward_secrecy: "good" },
        readers: { [KEY_LOG]: "read", [TICKET_KEY]: "read early data", [QUANTUM]: "read" },
        said: /Early data was accepted/,
        text: /sent \(whether it was accepted is encrypted\)/,
      },
    ],
    [
      "static RSA",
      { server: rsa, clients: [["-tls1_2", "-cipher", "AES128-SHA", ...NONE]] },
      {
        ratings: { version: "good", forward_secrecy: "bad", post_quantum: "weak", cipher: "good", resumption: "good" },
        readers: { [KEY_LOG]: "read", [SERVER_KEY]: "read", [QUANTUM]: "read" },
        said: /Cipher is AES128-SHA/,
      },
    ],
    [
      "static RSA with a key of 1024 bits, without encrypt-then-MAC",
      {
        server: [...short, "-no_etm", "-cipher", "ALL:@SECLEVEL=0"],
        clients: [["-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0", ...NONE]],
      },
      {
        ratings: { cipher: "weak", authentication: "bad" },
        readers: { [KEY_LOG]: "read", [COMPUTING]: "read", [SERVER_KEY]: "read", [QUANTUM]: "read" },
        said: /Server public key is 1024 bit/,
      },
    ],
    [
      "TLS 1.2 with a ticket",
      { server: [...rsa, "-groups", "X25519"], clients: [["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"]] },
      {
        ratings: { forward_secrecy: "weak", resumption: "weak", extended_master_secret: "good" },
        readers: { [KEY_LOG]: "read", [SERVER_KEY]: "impersonate", [TICKET_KEY]: "read", [QUANTUM]: "read" },
        said: /TLS session ticket:/,
      },
    ],
    [
      "TLS 1.2 without a ticket",
      { server: [...ec, "-groups", "X25519", "-no_ticket"], clients: [["-tls1_2"]] },
      {
        ratings: { forward_secrecy: "good", resumption: "good" },
        readers: { [KEY_LOG]: "read", [SERVER_KEY]: "impersonate", [QUANTUM]: "read" },
        said: /Server Temp Key: X25519/,
        text: /an EC key of 256 bits/,
      },
    ],
    [
      "TLS 1.2 resumed by ticket",
      {
        server: ec,
        clients: [
          ["-tls1_2", ...S12.out],
          ["-tls1_2", ...S12.in],
        ],
      },
      {
        ratings: { forward_secrecy: "weak", resumption: "weak" },
        readers: { [KEY_LOG]: "read", [SERVER_KEY]: "impersonate", [TICKET_KEY]: "read", [QUANTUM]: "read" },
        said: /Reused, TLSv1\.2/,
      },
    ],
    [
      "TLS 1.2 resumed by session id",
      {
        server: [...ec, "-no_ticket", "-id_prefix", "x"],
        clients: [
          ["-tls1_2", ...NONE, ...ID12.out],
          ["-tls1_2", ...NONE, ...ID12.in],
        ],
      },
      {
        ratings: { forward_secrecy: "weak", resumption: "weak" },
        readers: { [KEY_LOG]: "read", [SERVER_KEY]: "impersonate", [CACHE]: "read", [QUANTUM]: "read" },
        said: /Reused, TLSv1\.2/,
      },
    ],
    [
      "DHE",
      { server: rsa, clients: [["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256", ...NONE]] },
      {
        ratings: { forward_secrecy: "good" },
        readers: { [KEY_LOG]: "read", [SERVER_KEY]: "impersonate", [QUANTUM]: "read" },
        said: /Server Temp Key: DH, (2048|3072) bits/,
        text: /with a (2048|3072)-bit prime/,
      },
    ],
    [
      "anonymous DH with 1024 bits",
      {
        server: ["-nocert", "-cipher", "ALL:@SECLEVEL=0", "-dhparam", path("dh1024.pem")],
        clients: [["-tls1_2", "-cipher", "ADH-AES128-SHA:@SECLEVEL=0", ...NONE]],
      },
      {
        ratings: { forward_secrecy: "bad", authentication: "bad" },
        readers: { [KEY_LOG]: "read", [COMPUTING]: "read", [QUANTUM]: "read", [MIDDLE]: "impersonate" },
        said: /Server Temp Key: DH, 1024 bits/,
      },
    ],
    [
      "a pre-shared key in TLS 1.2",
      { server: [...PSK, "-nocert"], clients: [["-tls1_2", "-cipher", "PSK-AES128-CBC-SHA", ...PSK, ...NONE]] },
      {
        ratings: { forward_secrecy: "bad", post_quantum: "good", authentication: "good" },
        readers: { [KEY_LOG]: "read", [THE_PSK]: "read", [QUANTUM]: "nothing" },
        said: /Cipher is PSK-AES128-CBC-SHA/,
      },
    ],
    [
      "a pre-shared key in TLS 1.2 with ECDHE",
      { server: [...PSK, "-nocert"], clients: [["-tls1_2", "-cipher", "ECDHE-PSK-AES128-CBC-SHA", ...PSK, ...NONE]] },
      {
        ratings: { forward_secrecy: "good" },
        readers: { [KEY_LOG]: "read", [THE_PSK]: "impersonate", [QUANTUM]: "nothing" },
        said: /Cipher is ECDHE-PSK-AES128-CBC-SHA/,
      },
    ],
    [
      "a suite that encrypts nothing",
      {
        server: [...rsa, "-cipher", "ALL:eNULL:@SECLEVEL=0"],
        clients: [["-tls1_2", "-cipher", "NULL-SHA256:@SECLEVEL=0", ...NONE]],
      },
      {
        ratings: { cipher: "bad", forward_secrecy: "bad" },
        readers: { "anyone who has this recording": "read" },
        said: /Cipher is NULL-SHA256/,
      },
    ],
    [
      "TLS 1.0",
      {
        server: [...rsa, "-cipher", "ALL:@SECLEVEL=0"],
        clients: [["-tls1", "-cipher", "ECDHE-RSA-AES128-SHA:@SECLEVEL=0", ...NONE]],
      },
      {
        ratings: { version: "bad" },
        readers: { [KEY_LOG]: "read", [SERVER_KEY]: "impersonate", [QUANTUM]: "read" },
        said: /New, (TLSv1\.0|SSLv3), Cipher is ECDHE-RSA-AES128-SHA/,
      },
    ],
    [
      "a client certificate of TLS 1.2",
      { server: [...ec, "-verify", "1", "-no_ticket"], clients: [["-tls1_2", ...rsa]] },
      {
        ratings: { client_certificate: "weak" },
        readers: { [KEY_LOG]: "read", [SERVER_KEY]: "impersonate", [QUANTUM]: "read" },
        said: /Client Certificate Types/,
      },
    ],
    [
      "a handshake that fails",
      { server: [...rsa, "-tls1_3"], clients: [["-tls1_2"]], fails: true },
      { ratings: { handshake: "unknown", forward_secrecy: "unknown" }, readers: {}, said: /alert protocol version/ },
    ],
  ];
}
