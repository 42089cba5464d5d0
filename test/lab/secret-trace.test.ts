// What looks for secrets in pages must find them: else its silence would prove nothing.
import { randomBytes } from "node:crypto";
import t from "tap";
import { toBase64 } from "../../src/sniffer/page/bar-list.js";
import { readingsOf, traceOf } from "./secret-trace.js";

const secret = randomBytes(18).toString("base64url");
const bytes = Buffer.from(secret);
const spaced = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
const inData = (value: unknown) => `<script type="application/json" id="data">${JSON.stringify(value)}</script>`;

const pages: Readonly<Record<string, string>> = {
  "as it is": `<p>${secret}</p>`,
  "ten characters of it": `<p>${secret.slice(7, 17)}</p>`,
  "split by markup": `<b>${secret.slice(0, 5)}</b><i>${secret.slice(5, 11)}</i>${secret.slice(11)}`,
  "entities and escapes": `${encodeURIComponent(secret).replace(/[a-m]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)}`,
  hex: bytes.toString("hex"),
  "a hex dump": `<pre>${spaced.slice(0, 47)}\n${spaced.slice(48)}</pre>`,
  base64: Buffer.from(`x${secret}`).toString("base64"),
  "in the sample of a stream": inData({ samples: [{ data: toBase64(Buffer.from(`GET /${secret}`)) }] }),
  "cut in two samples": inData([
    { data: toBase64(Buffer.from(`GET /${secret.slice(0, 12)}`)) },
    { data: toBase64(Buffer.from(`${secret.slice(12)} and more`)) },
  ]),
  "JSON within JSON": inData({ text: JSON.stringify({ deep: bytes.toString("hex") }) }),
  "as numbers": inData({ text: [...bytes].join(",") }),
};

t.test("a secret is found however it is written", async (t) => {
  for (const [name, page] of Object.entries(pages)) t.ok(traceOf(bytes, readingsOf(page)), name);
});

t.test("where it is not, nothing is found", async (t) => {
  const other = randomBytes(18).toString("base64url");
  for (const [name, page] of Object.entries(pages))
    t.equal(traceOf(Buffer.from(other), readingsOf(page)), undefined, name);
});
