// Extension types: the ones that are decoded, by name, and all known ones in words (IANA "TLS ExtensionType Values").
import { hex16 } from "./printable.js";

export const ExtensionType = {
  ServerName: 0x0000,
  SupportedGroups: 0x000a,
  EcPointFormats: 0x000b,
  SignatureAlgorithms: 0x000d,
  Alpn: 0x0010,
  EncryptThenMac: 0x0016,
  ExtendedMasterSecret: 0x0017,
  SessionTicket: 0x0023,
  PreSharedKey: 0x0029,
  EarlyData: 0x002a,
  SupportedVersions: 0x002b,
  KeyShare: 0x0033,
  EncryptedClientHello: 0xfe0d,
  /** What came before encrypted_client_hello, until 2020. */
  EncryptedServerName: 0xffce,
} as const;

const NAMES = [
  "server_name max_fragment_length client_certificate_url trusted_ca_keys truncated_hmac status_request user_mapping",
  "client_authz server_authz cert_type supported_groups ec_point_formats srp signature_algorithms use_srtp heartbeat",
  "application_layer_protocol_negotiation status_request_v2 signed_certificate_timestamp client_certificate_type",
  "server_certificate_type padding encrypt_then_mac extended_master_secret token_binding cached_info tls_lts",
  "compress_certificate record_size_limit pwd_protect pwd_clear password_salt ticket_pinning tls_cert_with_extern_psk",
  "delegated_credential session_ticket TLMSP TLMSP_proxying TLMSP_delegate supported_ekt_ciphers reserved_40",
  "pre_shared_key early_data supported_versions cookie psk_key_exchange_modes reserved_46 certificate_authorities",
  "oid_filters post_handshake_auth signature_algorithms_cert key_share transparency_info connection_id_deprecated",
  "connection_id external_id_hash external_session_id quic_transport_parameters ticket_request dnssec_chain",
  "sequence_number_encryption_algorithms rrc tls_flags",
]
  .join(" ")
  .split(" ");

const FAR_NAMES = new Map<number, string>([
  [0x3374, "next_protocol_negotiation"],
  [0x4469, "application_settings_old"],
  [0x44cd, "application_settings"],
  [0x754f, "channel_id_old"],
  [0x7550, "channel_id"],
  [0xca34, "trust_anchors"],
  [0xfd00, "ech_outer_extensions"],
  [0xfe08, "encrypted_client_hello_draft_08"],
  [0xfe09, "encrypted_client_hello_draft_09"],
  [0xfe0a, "encrypted_client_hello_draft_10"],
  [0xfe0d, "encrypted_client_hello"],
  [0xff01, "renegotiation_info"],
  [0xffa5, "quic_transport_parameters_draft"],
  [0xffce, "encrypted_server_name"],
]);

/** "key_share", or "0x1a1a". */
export function extensionName(type: number): string {
  return NAMES[type] ?? FAR_NAMES.get(type) ?? hex16(type);
}
