// JSON values one after the other: the same ones however the text is cut.
import t from "tap";
import { JsonSplitter, jsonValues } from "../../../src/client/call/json-splitter.js";

function split(pieces: readonly string[]): [line: number, text: string][] {
  const splitter = new JsonSplitter();
  const found: [number, string][] = [];
  const take = () => {
    for (let value = splitter.next(); value !== undefined; value = splitter.next())
      found.push([value.line, value.text]);
  };
  for (const piece of pieces) {
    splitter.push(piece);
    take();
  }
  splitter.finish();
  take();
  return found;
}

const CASES: readonly (readonly [text: string, values: readonly (readonly [line: number, text: string])[]])[] = [
  ["", []],
  [" \n\t ", []],
  ['{"a":1}', [[1, '{"a":1}']]],
  [
    '{"a":1}{"b":{"c":[]}}',
    [
      [1, '{"a":1}'],
      [1, '{"b":{"c":[]}}'],
    ],
  ],
  [
    '\n{"a":\n1}\n\n{"b":2} ',
    [
      [2, '{"a":\n1}'],
      [5, '{"b":2}'],
    ],
  ],
  [
    '{"text":"} {\\" \\\\"}{}',
    [
      [1, '{"text":"} {\\" \\\\"}'],
      [1, "{}"],
    ],
  ],
  [
    '"x" 12 true\nnull',
    [
      [1, '"x"'],
      [1, "12"],
      [1, "true"],
      [2, "null"],
    ],
  ],
  [
    "[1] [2,{}]",
    [
      [1, "[1]"],
      [1, "[2,{}]"],
    ],
  ],
  ['{"a":', [[1, '{"a":']]],
  [
    "} {}",
    [
      [1, "}"],
      [1, "{}"],
    ],
  ],
  ['{"a":"unclosed}', [[1, '{"a":"unclosed}']]],
];

t.test("values are cut where they end, whole or character by character", async (t) => {
  for (const [text, values] of CASES) {
    t.same(split([text]), values, JSON.stringify(text));
    t.same(split([...text]), values, `${JSON.stringify(text)}, character by character`);
  }
});

t.test("a value comes as soon as it is closed, not when the next one begins", async (t) => {
  const splitter = new JsonSplitter();
  splitter.push('{"a":1}');
  t.same(splitter.next(), { text: '{"a":1}', line: 1 });
});

t.test("a value without end is refused before it fills the memory", async (t) => {
  const splitter = new JsonSplitter();
  const chunk = `"${"x".repeat(1 << 20)}`;
  t.throws(
    () => {
      for (let count = 0; count < 64; count += 1) splitter.push(count === 0 ? chunk : chunk.slice(1));
    },
    { message: /line 1 is too large/ },
  );
});

async function* chunks(...all: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

t.test("bytes may be cut within a character, and must be UTF-8", async (t) => {
  const bytes = Buffer.from('{"name":"Zoë"}');
  const found = [];
  for await (const { text } of jsonValues(chunks(...[...bytes].map((byte) => Uint8Array.of(byte))))) found.push(text);
  t.same(found, ['{"name":"Zoë"}']);
  await t.rejects(jsonValues(chunks(Uint8Array.of(0x22, 0xff, 0x22))).next(), { message: /not UTF-8/ });
  await t.rejects(jsonValues(chunks(Uint8Array.of(0x22, 0xc3))).next(), { message: /not UTF-8/ }, "cut off at the end");
});
