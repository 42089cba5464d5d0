// The ways in which a secret may stand on the wire: as it is, in base64 (RFC 4648) at any alignment, in hex, as part of
// a URL, as UTF-16.

export interface SecretForm {
  /** "as it is", "base64"... */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** An encoded form shorter than this would be found in anything. */
const MIN_ENCODED_BYTES = 8;

/** Without repetitions; the secret as it is comes first. */
export function encodeSecretForms(secret: Uint8Array): SecretForm[] {
  const text = Buffer.from(secret).toString("utf8");
  const encoded = [
    ...base64Forms(secret),
    { name: "hex", bytes: ascii(Buffer.from(secret).toString("hex")) },
    { name: "hex", bytes: ascii(Buffer.from(secret).toString("hex").toUpperCase()) },
    { name: "URL-encoded", bytes: ascii(percentEncoded(secret, false)) },
    { name: "URL-encoded", bytes: ascii(percentEncoded(secret, true)) },
    { name: "JSON", bytes: Buffer.from(JSON.stringify(text).slice(1, -1)) },
    { name: "UTF-16", bytes: Buffer.from(text, "utf16le") },
    { name: "UTF-16", bytes: Buffer.from(text, "utf16le").swap16() },
  ].filter(({ bytes }) => bytes.length >= MIN_ENCODED_BYTES);
  const seen = new Set<string>();
  return [{ name: "as it is", bytes: secret }, ...encoded].filter(({ bytes }) => {
    const key = Buffer.from(bytes).toString("latin1");
    return !seen.has(key) && seen.add(key);
  });
}

/** Six bits a character: of the three ways in which the secret can lie, only the characters that are wholly its own. */
function base64Forms(secret: Uint8Array): SecretForm[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([new Uint8Array(before), secret]);
    const own = [Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6)] as const;
    return (["base64", "base64url"] as const).map((alphabet) => {
      return { name: "base64", bytes: ascii(padded.toString(alphabet).slice(...own)) };
    });
  });
}

function percentEncoded(secret: Uint8Array, lowerCase: boolean): string {
  return Array.from(secret, (byte) => {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z0-9._~-]/.test(character)) return character;
    const hex = byte.toString(16).padStart(2, "0");
    return `%${lowerCase ? hex : hex.toUpperCase()}`;
  }).join("");
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}
