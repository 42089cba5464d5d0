import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import t from "tap";
import { decodeMessage, encodeMessage, type MessageCodec } from "../../src/rpc/message-codec.js";
import { MessageReader } from "../../src/rpc/message-reader.js";
import { MessageWriter } from "../../src/rpc/message-writer.js";
import { EchoRequest } from "../gen/earshot/test/v1/echo.js";
import { EveryField } from "../gen/earshot/test/v1/every_field.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { randomEveryField } from "./random-every-field.js";

/** What @bufbuild/protobuf itself makes of the bytes, with the two rules that are ours: no rest, and only UTF-8. */
function stockDecode(payload: Buffer): unknown {
  const reader = new StrictReader(payload);
  const message = EveryField.decode(reader);
  if (reader.pos !== payload.length) {
    throw new Error("a rest");
  }
  return message;
}

class StrictReader extends BinaryReader {
  override string(): string {
    return super.string(true);
  }
}

function stockEncode(fields: Partial<EveryField>): Buffer {
  return Buffer.from(EveryField.encode(EveryField.fromPartial(fields)).finish());
}

function outcome(decode: () => unknown): unknown {
  try {
    return decode();
  } catch {
    return "refused";
  }
}

t.test("random messages have the bytes of the stock writer, and are read as the stock reader reads them", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`EARSHOT_SEED=${random.seed}`);
  const kept: { ours: Uint8Array; stock: Uint8Array }[] = [];
  for (let round = 0; round < 600; round += 1) {
    const fields = randomEveryField(random, 1 + random.below(12));
    const stock = stockEncode(fields);
    const ours = encodeMessage(EveryField, fields);
    if (Buffer.compare(ours, stock) !== 0) {
      t.same(ours, stock, `round ${round}`);
    }
    const decoded = decodeMessage(EveryField, ours);
    const expected = stockDecode(stock);
    if (Buffer.compare(stockEncode(decoded), stockEncode(expected as EveryField)) !== 0 || round % 50 === 0) {
      t.same(decoded, expected, `round ${round}`);
    }
    kept.push({ ours, stock });
  }
  t.ok(
    kept.every(({ ours, stock }) => Buffer.compare(ours, stock) === 0),
    "no message was written over by a later one",
  );
});

t.test(
  "what is cut off or damaged is refused where the stock reader refuses it, and read alike elsewhere",
  async (t) => {
    const random = new RandomSource(chooseSeed());
    t.comment(`EARSHOT_SEED=${random.seed}`);
    let refused = 0;
    let read = 0;
    for (let round = 0; round < 3_000; round += 1) {
      const whole = stockEncode(randomEveryField(random, 6));
      const cut = Buffer.copyBytesFrom(
        whole,
        0,
        random.below(2) === 0 ? whole.length : random.below(Math.min(whole.length, 400) + 1),
      );
      for (let flips = random.below(3); flips > 0 && cut.length > 0; flips -= 1) {
        cut[random.below(cut.length)] = random.below(256);
      }
      const ours = outcome(() => decodeMessage(EveryField, cut));
      const stock = outcome(() => stockDecode(cut));
      if (ours === "refused" || stock === "refused") {
        refused += 1;
        if (ours !== stock) {
          t.equal(ours, stock, Buffer.from(cut).toString("hex"));
        }
      } else {
        read += 1;
        if (Buffer.compare(stockEncode(ours as EveryField), stockEncode(stock as EveryField)) !== 0) {
          t.same(ours, stock, Buffer.from(cut).toString("hex"));
        }
      }
    }
    t.ok(refused > 300 && read > 300, `${refused} refused, ${read} read`);
  },
);

t.test("text that is not UTF-8 is refused, and a replacement character that was sent is kept", async (t) => {
  for (const bad of ["ff", "c0af", "eda080", "f4908080", "e282", `${"61".repeat(40)}80`]) {
    const length = (bad.length / 2).toString(16).padStart(2, "0");
    t.throws(() => decodeMessage(EchoRequest, Buffer.from(`0a${length}${bad}`, "hex")), TypeError, bad);
  }
  for (const good of ["\ufffd", `${"long ".repeat(10)}\ufffd`, "\ufeffbom"]) {
    t.match(decodeMessage(EchoRequest, encodeMessage(EchoRequest, { text: good })), { text: good });
  }
});

t.test("an encode within an encode, and one that throws midway, leave the others whole", async (t) => {
  const inner = { text: "inner", count: 7 };
  const nesting: MessageCodec = {
    fromPartial: (fields) => fields,
    encode(_message, writer?: BinaryWriter) {
      const mine = (writer ?? new BinaryWriter()).uint32(10).string("outer");
      t.same(encodeMessage(EchoRequest, inner), EchoRequest.encode(EchoRequest.fromPartial(inner)).finish());
      t.throws(() => encodeMessage(EchoRequest, { text: "half", count: -1 }));
      return mine.uint32(24).uint32(9);
    },
    decode(input) {
      t.match(decodeMessage(EchoRequest, encodeMessage(EchoRequest, inner)), inner);
      return EchoRequest.decode(input);
    },
  };
  const bytes = encodeMessage(nesting, {});
  t.match(decodeMessage(nesting, bytes), { text: "outer", count: 9 });
  t.throws(() => encodeMessage(EveryField, { fMessage: { messages: [{ fUint32: 1.5 }] } }));
  t.same(encodeMessage(EchoRequest, inner), EchoRequest.encode(EchoRequest.fromPartial(inner)).finish());
});

t.test("code generated for another copy of @bufbuild/protobuf decodes, and is checked to the last byte", async (t) => {
  const foreign: MessageCodec = {
    ...EchoRequest,
    decode: (input) => {
      if (!(input instanceof Uint8Array)) {
        throw new TypeError("First argument to DataView constructor must be an ArrayBuffer");
      }
      return EchoRequest.decode(input);
    },
  };
  const bytes = encodeMessage(foreign, { text: "héllo", count: 3 });
  t.match(decodeMessage(foreign, bytes), { text: "héllo", count: 3 });
  t.throws(() => decodeMessage(foreign, Buffer.concat([bytes, Buffer.from([0])])), RangeError);
  t.throws(() => decodeMessage(foreign, Buffer.concat([bytes, Buffer.from([0x0c])])), RangeError);
});

t.test("values of a wrong type or size are refused, and the value stays out of the message", async (t) => {
  const secret = "hunter2-secret";
  const bad: object[] = [
    { fUint32: -1 },
    { fUint32: 2 ** 32 },
    { fUint32: secret },
    { fInt32: 2 ** 31 },
    { fSint32: 0.5 },
    { fFixed32: Number.NaN },
    { fSfixed32: -(2 ** 31) - 1 },
    { fFloat: 1e39 },
    { fBytes: [1, 2] },
    { fSint64: 2n ** 63n },
    { fFixed64: -1n },
  ];
  for (const fields of bad) {
    const error = outcomeError(() => encodeMessage(EveryField, fields));
    t.ok(error instanceof Error, Object.keys(fields).join());
    t.notMatch(String(error), secret);
  }
});

t.test("reader and writer have every method of the stock ones", async (t) => {
  const hidden = ["constructor", "ensureCapacity", "view", "writeVarint64", "assertBounds"];
  for (const [stock, ours] of [
    [BinaryWriter.prototype, MessageWriter.prototype],
    [BinaryReader.prototype, MessageReader.prototype],
  ] as const) {
    const missing = Object.getOwnPropertyNames(stock).filter((name) => !Object.hasOwn(ours, name));
    t.same(
      missing.filter((name) => !hidden.includes(name)),
      [],
    );
  }
});

function outcomeError(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}
