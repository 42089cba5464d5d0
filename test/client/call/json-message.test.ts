// Messages as JSON: every kind of field there and back, and misfits told by name without their value.
import t from "tap";
import { decodeJson, encodeJson, redactedFields } from "../../../src/client/call/json-message.js";
import { ClientError } from "../../../src/client/client-error.js";
import { shopSchema } from "./every-kind.js";

const schema = shopSchema();
const everything = schema.method("ShopService/Buy").input;

function roundTrip(json: string): unknown {
  const message = decodeJson(everything, { text: json, line: 1 }, schema.registry);
  return JSON.parse(encodeJson(everything, message, schema.registry, false));
}

t.test("every kind of field comes back as it was written", async (t) => {
  const json = {
    someNumber: -1,
    big: "-9007199254740993",
    unsignedBig: "18446744073709551615",
    raw: "AQL/",
    flag: true,
    real: "NaN",
    shortReal: 1.5,
    color: "COLOR_RED",
    inner: { deep: "1", back: { inner: { deep: "2" } } },
    colors: ["COLOR_UNSPECIFIED", "COLOR_RED", 7],
    bigs: ["1", "2"],
    byName: { a: { deep: "5" }, "": {} },
    byId: { "-5": "AQ==" },
    textChoice: "",
    maybe: "",
    at: "2026-01-02T03:04:05.006Z",
    lasts: "1.500s",
    any: { "@type": "type.googleapis.com/shop.v1.Money", cents: "5", currency: "CURRENCY_EUR" },
    wrapped: "",
    struct: { a: [1, null, { b: "c" }] },
    mask: "someNumber,inner.deep",
    otherName: "renamed",
    price: { cents: "100" },
    zigzag: -7,
    fixed: "1",
    signedFixed: -1,
  };
  t.same(roundTrip(JSON.stringify(json)), json);
});

t.test("names as the schema writes them, numbers as numbers and enums by number are taken too", async (t) => {
  const written = '{"some_number":"5","big":7,"color":1,"by_id":{"5":"AQ"},"renamed":"x","inner":null}';
  t.same(roundTrip(written), { someNumber: 5, big: "7", color: "COLOR_RED", byId: { "5": "AQ==" }, otherName: "x" });
});

const SECRET = "hunter2";
const MISFITS: readonly (readonly [json: string, says: RegExp, field?: string])[] = [
  ['{"nope":1}', /shop\.v1\.Everything has no field "nope"; it has some_number, big,/, "nope"],
  ['{"inner":{"deeep":1}}', /shop\.v1\.Everything\.Inner has no field "deeep"; it has deep, back/, "deeep"],
  ['{"byName":{"k":{"q":1}}}', /Inner has no field "q"/, "q"],
  [`{"some_number":"${SECRET}"}`, /field some_number: expected number \(int32\)/, "some_number"],
  ['{"some_number":99999999999}', /some_number: expected number \(int32\) within its range/, "some_number"],
  ['{"unsignedBig":"-1"}', /unsigned_big: expected bigint \(uint64\) within its range/, "unsigned_big"],
  ['{"big":1.5}', /field big: expected bigint \(int64\)/, "big"],
  [`{"bigs":["${SECRET}"]}`, /field bigs: expected bigint/, "bigs"],
  [`{"byId":{"${SECRET}":"AQ=="}}`, /field by_id: expected bigint/, "by_id"],
  [`{"flag":"${SECRET}"}`, /field flag: expected boolean/, "flag"],
  ['{"maybe":7}', /field maybe: expected string/, "maybe"],
  [`{"raw":"${SECRET}!"}`, /field raw: invalid base64 string/, "raw"],
  ['{"colors":5}', /field colors: expected Array/, "colors"],
  [`{"color":"${SECRET}"}`, /Everything\.Color is one of COLOR_UNSPECIFIED, COLOR_RED, COLOR_CRIMSON/],
  ['{"textChoice":"a","none":{}}', /choice: oneof set multiple times by text_choice and none/, "choice"],
  ['{"some_number":1,"someNumber":2}', /field some_number: set multiple times/, "some_number"],
  ['{"maybe":"a","maybe":"b"}', /set multiple times|duplicate/],
  [`{"inner":"${SECRET}"}`, /Everything\.Inner is written differently/],
  [`"${SECRET}"`, /Everything is written differently/],
  ["[{}]", /Everything is written differently/],
  [`{"at":"${SECRET}"}`, /google\.protobuf\.Timestamp: invalid RFC 3339 string/],
  [`{"lasts":"${SECRET}"}`, /google\.protobuf\.Duration is written differently/],
  ['{"any":{"@type":"x/not.Known"}}', /the schema lacks the type in "@type"/],
  [`{"maybe":${SECRET}}`, /it is not JSON/],
  [`{"maybe":"${SECRET}`, /it is not JSON|ends too early/],
  ['{"maybe":', /it ends too early/],
];

for (const [json, says, field] of MISFITS) {
  t.test(`refused in words: ${json.replace(SECRET, "…")}`, async (t) => {
    try {
      roundTrip(json);
      t.fail("it was taken");
    } catch (error) {
      t.match(error, { code: "invalid_field", message: says });
      t.equal(error instanceof ClientError ? error.field : "", field);
      t.notMatch(error instanceof Error ? `${error.message} ${String(error.cause)}` : "", SECRET);
    }
  });
}

t.test("of several messages the place is told", async (t) => {
  const decode = () => decodeJson(everything, { text: "{]", line: 7 }, schema.registry);
  t.throws(decode, { message: /begins in line 7/ });
});

t.test("nesting without end is refused", async (t) => {
  t.throws(() => roundTrip(`${'{"inner":{"back":'.repeat(5_000)}{}${"}}".repeat(5_000)}`), {
    message: /recursion depth/,
  });
});

t.test("pretty JSON has lines, and what a terminal obeys is escaped in both forms", async (t) => {
  const text = JSON.stringify({ maybe: "\u001b[2J\u009b\u202e\u2028\u{e0001}é" });
  const message = decodeJson(everything, { text, line: 1 }, schema.registry);
  t.equal(
    encodeJson(everything, message, schema.registry, false),
    '{"maybe":"\\u001b[2J\\u009b\\u202e\\u2028\\udb40\\udc01é"}',
  );
  t.match(encodeJson(everything, message, schema.registry, true), /^\{\n {2}"maybe"/);
});

t.test("fields that hold secrets are found at any depth, by either name", async (t) => {
  const find = (value: object) => redactedFields(everything, JSON.stringify(value));
  t.same(find({ maybe: "x", any: { pin: 1 } }), []);
  t.same(find({ secret: "x" }), ["secret"]);
  t.same(find({ price: { pin: "x" }, prices: [{}, { pin: "y" }] }), ["pin"]);
});
