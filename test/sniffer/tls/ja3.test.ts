import t from "tap";
import { decodeClientHello } from "../../../src/sniffer/tls/client-hello.js";
import { ja3, ja3s, ja3sText, ja3Text } from "../../../src/sniffer/tls/ja3.js";
import { decodeServerHello } from "../../../src/sniffer/tls/server-hello.js";
import { clientHelloBody, extension } from "./hello-bytes.js";
import { illustratedRecord } from "./illustrated-talk.js";

// The examples in the README of salesforce/ja3, with their MD5s.
t.test("the published JA3 examples come out", async (t) => {
  const firefox = decodeClientHello(
    clientHelloBody({
      legacyVersion: 769,
      cipherSuites: [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4],
      extensions: [extension.serverName("a.example"), extension.groups(23, 24, 25), extension.pointFormats(0)],
    }),
  );
  t.equal(ja3Text(firefox), "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0");
  t.equal(ja3(firefox), "ada70206e40642a3e4461f35503241d5");
  const bare = decodeClientHello(
    clientHelloBody({ legacyVersion: 769, cipherSuites: [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99], extensions: null }),
  );
  t.equal(ja3Text(bare), "769,4-5-10-9-100-98-3-6-19-18-99,,,");
  t.equal(ja3(bare), "de350869b8c85de67a350c8d186f11e6");
});

t.test("GREASE leaves a JA3 as it is", async (t) => {
  const plain = { cipherSuites: [0x1301, 0xc02b], extensions: [extension.groups(29, 23), extension.pointFormats(0)] };
  const greased = {
    cipherSuites: [0x4a4a, 0x1301, 0xc02b],
    extensions: [
      extension.other(0xdada),
      extension.groups(0x1a1a, 29, 23),
      extension.pointFormats(0),
      extension.other(0x0a0a),
    ],
  };
  const text = ja3Text(decodeClientHello(clientHelloBody(greased)));
  t.equal(text, "771,4865-49195,10-11,29-23,0");
  t.equal(text, ja3Text(decodeClientHello(clientHelloBody(plain))));
});

// tshark's values for the two illustrated connections.
t.test("JA3S takes the legacy version, the suite and the extensions in order", async (t) => {
  const hello12 = decodeServerHello(illustratedRecord("12", "serverhello").subarray(9));
  t.equal(ja3s(hello12), "5a450169db1f168548fb87aa841fe743");
  const hello13 = decodeServerHello(illustratedRecord("13", "serverhello").subarray(9));
  t.equal(ja3sText(hello13), "771,4866,43-51");
  t.equal(ja3s(hello13), "15af977ce25de452b96affa2addb1036");
});
