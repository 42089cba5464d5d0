import t from "tap";
import { cipherSuiteName, encryptsNothing } from "../../../src/sniffer/tls/cipher-suite-names.js";
import { extensionName } from "../../../src/sniffer/tls/extension-names.js";
import { isGrease } from "../../../src/sniffer/tls/grease.js";
import { groupName } from "../../../src/sniffer/tls/group-names.js";
import { alertName, contentTypeName, handshakeTypeName, isTls13, versionName } from "../../../src/sniffer/tls/names.js";
import { signatureSchemeName } from "../../../src/sniffer/tls/signature-scheme-names.js";

t.test("numbers have the names that IANA gives them", async (t) => {
  t.equal(contentTypeName(0x17), "application_data");
  t.equal(handshakeTypeName(0x0f), "certificate_verify");
  t.equal(versionName(0x0304), "TLS 1.3");
  t.equal(versionName(0x7f1c), "TLS 1.3 draft 28");
  t.equal(alertName(48), "unknown_ca");
  t.equal(alertName(120), "no_application_protocol");
  t.equal(groupName(0x11ec), "X25519MLKEM768");
  t.equal(groupName(0x001d), "x25519");
  t.equal(signatureSchemeName(0x0804), "rsa_pss_rsae_sha256");
  t.equal(signatureSchemeName(0x0302), "dsa_sha224");
  t.equal(extensionName(0x0000), "server_name");
  t.equal(extensionName(0x0033), "key_share");
  t.equal(extensionName(0x0039), "quic_transport_parameters");
  t.equal(extensionName(0xff01), "renegotiation_info");
});

// One name from each end of each run of the table: a name left out or put in twice would shift all behind it.
t.test("cipher suites have the names that IANA gives them", async (t) => {
  const known: [number, string][] = [
    [0x0000, "TLS_NULL_WITH_NULL_NULL"],
    [0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"],
    [0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"],
    [0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"],
    [0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"],
    [0x0084, "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA"],
    [0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"],
    [0x00a7, "TLS_DH_anon_WITH_AES_256_GCM_SHA384"],
    [0x00c5, "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA256"],
    [0x00ff, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"],
    [0x1301, "TLS_AES_128_GCM_SHA256"],
    [0x1305, "TLS_AES_128_CCM_8_SHA256"],
    [0x5600, "TLS_FALLBACK_SCSV"],
    [0xc001, "TLS_ECDH_ECDSA_WITH_NULL_SHA"],
    [0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
    [0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
    [0xc0af, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"],
    [0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"],
    [0xccae, "TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256"],
    [0xd005, "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256"],
  ];
  for (const [suite, name] of known) t.equal(cipherSuiteName(suite), name);
});

t.test("suites that encrypt nothing are told from all others", async (t) => {
  for (const suite of [0x0001, 0x0002, 0x003b, 0xc006, 0xc010, 0xc0b4])
    t.ok(encryptsNothing(suite), cipherSuiteName(suite));
  for (const suite of [0x0000 + 0x0004, 0x002f, 0x1301, 0xc02f, 0x0a0a]) t.notOk(encryptsNothing(suite));
});

t.test("what has no name keeps its number", async (t) => {
  t.equal(contentTypeName(0x1a), "content type 0x1a");
  t.equal(handshakeTypeName(0x2a), "handshake type 0x2a");
  t.equal(versionName(0x0999), "0x0999");
  t.equal(alertName(200), "alert 200");
  for (const name of [groupName, cipherSuiteName, extensionName, signatureSchemeName]) t.equal(name(0x1a1a), "0x1a1a");
});

t.test("the sixteen GREASE values, and only those, are GREASE", async (t) => {
  const all = Array.from({ length: 0x10000 }, (_, value) => value).filter(isGrease);
  t.equal(all.length, 16);
  t.equal(all[0], 0x0a0a);
  t.equal(all[15], 0xfafa);
});

t.test("the drafts of TLS 1.3 count as TLS 1.3", async (t) => {
  t.same([0x0303, 0x0304, 0x7f12, 0xfb1a, 0xfefc].map(isTls13), [false, true, true, true, false]);
});
