// What the calls carry: a login of 40 bytes, and echoes of 10 KB and 1 MB.

/** LoginRequest: 2 + 16 and 2 + 20 bytes. */
export const login = { username: "alice.liddell-01", password: "correct horse batter" };
/** LoginResponse with 43 characters of base64url, as the product's server makes them. */
export const loginAnswer = { sessionToken: "q2hLx0N9bT4vZpW7yKcRfUeJ5sAoMdG1iHtXwB8nQzE" };

/** The payloads by name. Those with `bytes` are echoed by EchoService/Unary; the login has its own method. */
export const payloads = {
  "40B": { bytes: 0 },
  "10KB": { bytes: 10_000 },
  "1MB": { bytes: 1_000_000 },
};

/** Bytes that look like data: neither zeros nor text. */
export function sampleBytes(length) {
  const bytes = Buffer.allocUnsafe(length);
  let state = 0x9e3779b9;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** The message of which a stream carries many: data of 36 bytes, which makes 40 with the tag, the length and the index. */
export const streamedBytes = 36;
