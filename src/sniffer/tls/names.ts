// Numbers of TLS in words: content types, handshake types, versions and alerts (IANA "TLS Parameters").
import { hex16 } from "./printable.js";

export const ContentType = {
  ChangeCipherSpec: 0x14,
  Alert: 0x15,
  Handshake: 0x16,
  ApplicationData: 0x17,
  Heartbeat: 0x18,
} as const;

export const HandshakeType = {
  HelloRequest: 0x00,
  ClientHello: 0x01,
  ServerHello: 0x02,
  HelloVerifyRequest: 0x03,
  NewSessionTicket: 0x04,
  EndOfEarlyData: 0x05,
  HelloRetryRequest: 0x06,
  EncryptedExtensions: 0x08,
  Certificate: 0x0b,
  ServerKeyExchange: 0x0c,
  CertificateRequest: 0x0d,
  ServerHelloDone: 0x0e,
  CertificateVerify: 0x0f,
  ClientKeyExchange: 0x10,
  Finished: 0x14,
  CertificateUrl: 0x15,
  CertificateStatus: 0x16,
  SupplementalData: 0x17,
  KeyUpdate: 0x18,
  CompressedCertificate: 0x19,
  NextProtocol: 0x43,
  MessageHash: 0xfe,
} as const;

const CONTENT_TYPES = new Map<number, string>([
  [0x14, "change_cipher_spec"],
  [0x15, "alert"],
  [0x16, "handshake"],
  [0x17, "application_data"],
  [0x18, "heartbeat"],
]);

const HANDSHAKE_TYPES = new Map<number, string>([
  [0x00, "hello_request"],
  [0x01, "client_hello"],
  [0x02, "server_hello"],
  [0x03, "hello_verify_request"],
  [0x04, "new_session_ticket"],
  [0x05, "end_of_early_data"],
  [0x06, "hello_retry_request"],
  [0x08, "encrypted_extensions"],
  [0x0b, "certificate"],
  [0x0c, "server_key_exchange"],
  [0x0d, "certificate_request"],
  [0x0e, "server_hello_done"],
  [0x0f, "certificate_verify"],
  [0x10, "client_key_exchange"],
  [0x14, "finished"],
  [0x15, "certificate_url"],
  [0x16, "certificate_status"],
  [0x17, "supplemental_data"],
  [0x18, "key_update"],
  [0x19, "compressed_certificate"],
  [0x43, "next_protocol"],
  [0xfe, "message_hash"],
]);

const VERSIONS = new Map<number, string>([
  [0x0002, "SSL 2.0"],
  [0x0300, "SSL 3.0"],
  [0x0301, "TLS 1.0"],
  [0x0302, "TLS 1.1"],
  [0x0303, "TLS 1.2"],
  [0x0304, "TLS 1.3"],
  [0xfeff, "DTLS 1.0"],
  [0xfefd, "DTLS 1.2"],
  [0xfefc, "DTLS 1.3"],
]);

const ALERTS = new Map<number, string>([
  [0, "close_notify"],
  [1, "end_of_early_data"],
  [10, "unexpected_message"],
  [20, "bad_record_mac"],
  [21, "decryption_failed"],
  [22, "record_overflow"],
  [30, "decompression_failure"],
  [40, "handshake_failure"],
  [41, "no_certificate"],
  [42, "bad_certificate"],
  [43, "unsupported_certificate"],
  [44, "certificate_revoked"],
  [45, "certificate_expired"],
  [46, "certificate_unknown"],
  [47, "illegal_parameter"],
  [48, "unknown_ca"],
  [49, "access_denied"],
  [50, "decode_error"],
  [51, "decrypt_error"],
  [52, "too_many_cids_requested"],
  [60, "export_restriction"],
  [70, "protocol_version"],
  [71, "insufficient_security"],
  [80, "internal_error"],
  [86, "inappropriate_fallback"],
  [90, "user_canceled"],
  [100, "no_renegotiation"],
  [109, "missing_extension"],
  [110, "unsupported_extension"],
  [111, "certificate_unobtainable"],
  [112, "unrecognized_name"],
  [113, "bad_certificate_status_response"],
  [114, "bad_certificate_hash_value"],
  [115, "unknown_psk_identity"],
  [116, "certificate_required"],
  [117, "general_error"],
  [120, "no_application_protocol"],
  [121, "ech_required"],
]);

const DRAFT_13_HIGH_BYTE = 0x7f;
const FACEBOOK_13_HIGH_BYTE = 0xfb;

/** "application_data", or "content type 0x1a". */
export function contentTypeName(type: number): string {
  return CONTENT_TYPES.get(type) ?? `content type 0x${type.toString(16).padStart(2, "0")}`;
}

/** "client_hello", or "handshake type 0x2a". */
export function handshakeTypeName(type: number): string {
  return HANDSHAKE_TYPES.get(type) ?? `handshake type 0x${type.toString(16).padStart(2, "0")}`;
}

/** "TLS 1.3", "TLS 1.3 draft 28", or the number. */
export function versionName(version: number): string {
  if (version >>> 8 === DRAFT_13_HIGH_BYTE) return `TLS 1.3 draft ${version & 0xff}`;
  return VERSIONS.get(version) ?? hex16(version);
}

/** "unknown_ca", or "alert 200". */
export function alertName(description: number): string {
  return ALERTS.get(description) ?? `alert ${description}`;
}

/** 28 for draft 28 of TLS 1.3; undefined for TLS 1.3 itself and everything before it. Facebook numbers its own from 0xfb00. */
export function draft13(version: number): number | undefined {
  const high = version >>> 8;
  return high === DRAFT_13_HIGH_BYTE || high === FACEBOOK_13_HIGH_BYTE ? version & 0xff : undefined;
}

/** True for 0x0304 and for the drafts of TLS 1.3, which captures of 2016 to 2018 are full of. */
export function isTls13(version: number): boolean {
  return version === 0x0304 || draft13(version) !== undefined;
}
