import t from "tap";
import { zeekAlert, zeekCurve, zeekSuite, zeekVersion } from "../../../src/sniffer/export/zeek-names.js";

t.test("names as Zeek's consts.zeek has them, and numbers where it has none", async (t) => {
  t.same([0x0301, 0x0304, 0x7f10, 0xfefc, 0xfb17].map(zeekVersion), [
    "TLSv10",
    "TLSv13",
    "TLSv13-draft16",
    "DTLSv13",
    "unknown-64279",
  ]);
  t.same([0x1301, 0x0018, 0xc018, 0xcc14, 0xfeff, 0x1a1a].map(zeekSuite), [
    "TLS_AES_128_GCM_SHA256",
    "TLS_DH_ANON_WITH_RC4_128_MD5",
    "TLS_ECDH_ANON_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256_OLD",
    "SSL_RSA_FIPS_WITH_3DES_EDE_CBC_SHA",
    "unknown-6682",
  ]);
  t.same([0x001d, 0x11ec, 0x7777].map(zeekCurve), ["x25519", "X25519MLKEM768", "unknown-30583"]);
  t.same([48, 109, 200].map(zeekAlert), ["unknown_ca", "unknown-109", "unknown-200"]);
});
