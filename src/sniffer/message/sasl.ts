// What the client's answers in a SASL exchange give away (RFC 4616 PLAIN, LOGIN, RFC 2195 CRAM-MD5, RFC 2831 DIGEST-MD5,
// RFC 5802 SCRAM, RFC 7628 OAUTHBEARER and XOAUTH2, NTLM).
import { type Credential, hashedPassword, maskedCredential, type Place, shownCredential } from "./credential.js";
import { digest } from "./http-credentials.js";

/** One answer, decoded; `step` counts the client's answers from 0. All of it stands at `place`. */
export function saslCredentials(mechanism: string, step: number, answer: Uint8Array, place: Place): Credential[] {
  const text = Buffer.from(answer).toString("utf8");
  switch (mechanism) {
    case "PLAIN":
      return plain(text, place);
    case "LOGIN":
      return login(text, step, place);
    case "CRAM-MD5":
      return cram(text, place);
    case "DIGEST-MD5":
      return digest(place.field, text, 0).map((found) => ({ ...found, at: place.at, length: place.length }));
    case "XOAUTH2":
    case "OAUTHBEARER":
      return bearer(text, place);
    case "NTLM":
      return ntlm(answer, place);
    default:
      return mechanism.startsWith("SCRAM-") ? scram(text, place) : [];
  }
}

/** True where nothing but the first answers say something. */
export function saslIsOver(mechanism: string, step: number): boolean {
  return step >= (mechanism === "LOGIN" || mechanism === "NTLM" || mechanism.startsWith("SCRAM-") ? 1 : 0);
}

function named(name: string, place: Place): Credential[] {
  return name === "" ? [] : [shownCredential("username", name, place)];
}

function plain(text: string, place: Place): Credential[] {
  const [, name = "", password = ""] = text.split("\0");
  const secret = password === "" ? [] : [maskedCredential("password", Buffer.byteLength(password), place)];
  return [...named(name, place), ...secret];
}

function login(text: string, step: number, place: Place): Credential[] {
  if (text === "") return [];
  return step === 0 ? named(text, place) : [maskedCredential("password", Buffer.byteLength(text), place)];
}

function cram(text: string, place: Place): Credential[] {
  const [, name = ""] = /^(.+) [0-9a-f]{32}$/i.exec(text) ?? [];
  return name === "" ? [] : [...named(name, place), hashedPassword(place)];
}

function bearer(text: string, place: Place): Credential[] {
  // Parts end with the control character 1.
  const parts = text.split("\u0001");
  const [, name = ""] = /(?:^user=|,a=)([^,]+)/.exec(parts[0] ?? "") ?? [];
  const authorization = parts.find((part) => part.startsWith("auth="))?.slice("auth=".length) ?? "";
  const token = authorization.slice(authorization.lastIndexOf(" ") + 1);
  return [...named(name, place), ...(token === "" ? [] : [maskedCredential("session token", token.length, place)])];
}

function scram(text: string, place: Place): Credential[] {
  const [, name = ""] = /^[nyp][^,]*,[^,]*,n=([^,]*),r=/.exec(text) ?? [];
  return /^c=.*,p=[A-Za-z0-9+/=]+$/.test(text) ? [hashedPassword(place)] : named(name, place);
}

const NTLM_AUTHENTICATE = 3;
const NTLM_HEAD_BYTES = 64;

/** MS-NLMP, 2.2.1.3: the message that answers the challenge. */
function ntlm(answer: Uint8Array, place: Place): Credential[] {
  const bytes = Buffer.from(answer);
  if (bytes.length < NTLM_HEAD_BYTES || bytes.toString("latin1", 0, 8) !== "NTLMSSP\0") return [];
  if (bytes.readUInt32LE(8) !== NTLM_AUTHENTICATE) return [];
  const start = bytes.readUInt32LE(40);
  const name = bytes.toString("utf16le", start, start + bytes.readUInt16LE(36));
  return [...named(name, place), hashedPassword(place)];
}
