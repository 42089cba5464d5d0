import t from "tap";
import { HpackDecoder } from "../../../src/sniffer/message/hpack-decoder.js";
import { HpackError } from "../../../src/sniffer/message/hpack-error.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";

const LIMITS = { maxTableBytes: 0x10000, maxListBytes: 0x4000 };
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

/** RFC 7541, C.3 and C.4: three requests, without and with Huffman's code. */
const REQUESTS: [string, string, string][] = [
  [
    "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
    "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
    ":method GET|:scheme http|:path /|:authority www.example.com",
  ],
  [
    "8286 84be 5808 6e6f 2d63 6163 6865",
    "8286 84be 5886 a8eb 1064 9cbf",
    ":method GET|:scheme http|:path /|:authority www.example.com|cache-control no-cache",
  ],
  [
    "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
    "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
    ":method GET|:scheme https|:path /index.html|:authority www.example.com|custom-key custom-value",
  ],
];

/** RFC 7541, C.5 and C.6: three responses, with a table of 256 bytes that evicts. */
const RESPONSES: [string, string, string, number][] = [
  [
    "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
    "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
    ":status 302|cache-control private|date Mon, 21 Oct 2013 20:13:21 GMT|location https://www.example.com",
    222,
  ],
  [
    "4803 3330 37c1 c0bf",
    "4883 640e ffc1 c0bf",
    ":status 307|cache-control private|date Mon, 21 Oct 2013 20:13:21 GMT|location https://www.example.com",
    222,
  ],
  [
    "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31",
    "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
    ":status 200|cache-control private|date Mon, 21 Oct 2013 20:13:22 GMT|location https://www.example.com|content-encoding gzip|set-cookie foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
    215,
  ],
];

const shown = (decoder: HpackDecoder, block: Uint8Array) =>
  decoder
    .decode(block)
    .map(({ name, value }) => `${name} ${value}`)
    .join("|");

for (const form of [0, 1] as const) {
  t.test(`the requests of RFC 7541, C.${3 + form}`, async (t) => {
    const decoder = new HpackDecoder(LIMITS);
    for (const request of REQUESTS) t.equal(shown(decoder, bytes(request[form])), request[2]);
    t.equal(decoder.tableBytes, 164);
  });

  t.test(`the responses of RFC 7541, C.${5 + form}`, async (t) => {
    const decoder = new HpackDecoder(LIMITS);
    // The RFC's table is of 256 bytes from the start; on the wire that is an update before the first field.
    RESPONSES.forEach((response, index) => {
      const block = bytes(`${index === 0 ? "3fe101" : ""}${response[form]}`);
      t.equal(shown(decoder, block), response[2]);
      t.equal(decoder.tableBytes, response[3]);
    });
  });
}

t.test("the single fields of RFC 7541, C.2", async (t) => {
  const one = (hex: string) => shown(new HpackDecoder(LIMITS), bytes(hex));
  t.equal(one("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572"), "custom-key custom-header");
  t.equal(one("040c 2f73 616d 706c 652f 7061 7468"), ":path /sample/path");
  t.equal(one("1008 7061 7373 776f 7264 0673 6563 7265 74"), "password secret");
  t.equal(one("82"), ":method GET");
});

t.test("a value's place is that of its bytes, or of the number that stands for it", async (t) => {
  const decoder = new HpackDecoder(LIMITS);
  t.match(decoder.decode(bytes("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d"))[3], {
    offset: 5,
    length: 15,
    verbatim: true,
  });
  t.match(decoder.decode(bytes("82be"))[1], { value: "www.example.com", offset: 1, length: 1, verbatim: false });
});

const WRONG: [string, string, string][] = [
  ["an entry that nobody entered", "be", "index"],
  ["entry 0", "80", "index"],
  ["a block that ends within a number", "ff", "truncated"],
  ["a number without end", "ff80808080808080", "integer"],
  ["a string that reaches out", "4003616263057071", "truncated"],
  ["a table larger than allowed", "3fe13f", "table_size"],
  ["a new size amid a block", "8220", "table_size"],
  ["padding of zeros", "0081 0182 1f00", "huffman"],
  ["the end of a string within one", "0084 ffffffff 00", "huffman"],
];

for (const [what, hex, code] of WRONG) {
  t.test(`${what} is refused`, async (t) => {
    t.throws(() => new HpackDecoder(LIMITS).decode(bytes(hex)), { name: "HpackError", code });
  });
}

t.test("a few bytes that stand for many take no memory without end", async (t) => {
  const decoder = new HpackDecoder(LIMITS);
  const entry = Buffer.concat([bytes("40 01 61 7f a1 1e"), Buffer.alloc(4000, "b")]);
  decoder.decode(entry);
  t.throws(() => decoder.decode(Buffer.alloc(1000, 0xbe)), { code: "limit" });
  const huge = new HpackDecoder(LIMITS);
  huge.allowTable(0xffffffff);
  t.throws(() => huge.decode(bytes("3fe1ff7f")), { code: "limit" });
});

t.test("blocks cut and changed at every byte throw nothing but HpackError", async (t) => {
  const block = bytes(RESPONSES[2]?.[1] ?? "");
  const attempt = (changed: Uint8Array) => {
    try {
      new HpackDecoder(LIMITS).decode(changed);
    } catch (error) {
      if (!(error instanceof HpackError)) t.fail(`${error}`);
    }
  };
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (let at = 0; at < block.length; at += 1) {
    attempt(block.subarray(0, at));
    for (let bit = 0; bit < 8; bit += 1) attempt(block.map((byte, index) => (index === at ? byte ^ (1 << bit) : byte)));
  }
  for (let round = 0; round < 2000; round += 1) {
    attempt(Uint8Array.from({ length: 1 + random.below(60) }, () => random.below(256)));
  }
});
