// Whether anything of a secret stands in a page, however it is written there: read as a stranger with patience would.
import { decodePage } from "./page/page-text.js";

/** So many neighbouring bytes of a secret meet by chance in nothing of this size. */
const WINDOW_BYTES = 8;

/** Everything that a page says, once more for each way of reading it; see {@link traceOf}. */
export function readingsOf(page: string): string[] {
  const data = /<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(page)?.[1];
  const strings = data === undefined ? [] : stringsIn(JSON.parse(data));
  const texts = [page, decodePage(page), decodePage(page, ""), ...strings, strings.join("")];
  // What our own base64 holds, piece by piece and joined: a secret may be cut in two.
  const packed = strings.filter((text) => /^[A-Za-z0-9+/]{8,}=*$/.test(text)).map(bytesOf);
  const readings = [...texts, ...packed, packed.join("")];
  return [...new Set(readings.flatMap((text) => [text, unescaped(text), text.replace(/\s/g, "")]))].filter(
    (text) => text.length >= WINDOW_BYTES,
  );
}

/** Which form of the secret, if any, stands in one of the readings; a part of it is enough, looked for every `step` bytes. */
export function traceOf(secret: Uint8Array, readings: readonly string[], step = 1): string | undefined {
  for (let at = 0; at + WINDOW_BYTES <= secret.length; at += step) {
    const forms = formsOf(Buffer.from(secret.subarray(at, at + WINDOW_BYTES)));
    for (const [name, form] of forms) if (readings.some((text) => text.includes(form))) return `${name} at ${at}`;
  }
  return undefined;
}

function formsOf(bytes: Buffer): [name: string, form: string][] {
  const hex = bytes.toString("hex");
  const percent = hex.replace(/../g, "%$&");
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return [
    ["as it is", bytes.toString("latin1")],
    ["UTF-16", bytes.toString("latin1").replace(/./g, "$&\0")],
    ...[hex, hex.toUpperCase(), percent, percent.toUpperCase()].map((form): [string, string] => ["hex", form]),
    ...base64.flatMap((form): [string, string][] => [
      ["base64", form],
      ["base64url", form.replaceAll("+", "-").replaceAll("/", "_")],
    ]),
    ["numbers", [...bytes].join(",")],
    ["backwards", Buffer.from(bytes).reverse().toString("latin1")],
  ];
}

/** Also of what is JSON within JSON. */
function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return [...Object.keys(value), ...Object.values(value).flatMap(stringsIn)];
}

function bytesOf(base64: string): string {
  return Buffer.from(base64, "base64").toString("latin1");
}

function unescaped(text: string): string {
  return text
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
