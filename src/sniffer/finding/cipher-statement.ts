// How good a cipher suite's encryption of records is (RFC 9325 section 4, RFC 7465, RFC 7366).
import type { AssessmentStatement } from "../event.js";
import { encryptsNothing } from "../tls/cipher-suite-names.js";
import { ExtensionType } from "../tls/extension-names.js";
import type { HandshakeFacts } from "../tls/handshake-facts.js";

type Judgement = Pick<AssessmentStatement, "rating" | "text">;

export function cipherStatement(facts: HandshakeFacts): AssessmentStatement {
  const frame = facts.server?.frame ?? null;
  return { topic: "cipher", frame, ...judge(facts) };
}

function judge(facts: HandshakeFacts): Judgement {
  const { suite, server } = facts;
  if (server === undefined) return { rating: "unknown", text: "Which cipher was chosen was not seen." };
  if (encryptsNothing(server.hello.cipherSuite)) {
    return { rating: "bad", text: `${suite} encrypts nothing: it only protects the content from changes.` };
  }
  const known = BROKEN.find(({ pattern }) => pattern.test(suite));
  if (known !== undefined) return { rating: known.rating, text: `${suite} ${known.why}.` };
  if (suite.includes("CBC")) return judgeCbc(facts, suite);
  if (/GCM|CCM|POLY1305|AEGIS|MGM/.test(suite)) {
    return { rating: "good", text: `${suite} encrypts each record and seals it against changes.` };
  }
  return { rating: "unknown", text: `${suite} is a cipher suite that is not judged here.` };
}

const BROKEN: readonly { readonly pattern: RegExp; readonly rating: "bad" | "weak"; readonly why: string }[] = [
  {
    pattern: /EXPORT|DES40|_40_/,
    rating: "bad",
    why: "has keys of 40 or 56 bits, made weak on purpose for export: trying them all takes hours at most",
  },
  { pattern: /WITH_DES_CBC/, rating: "bad", why: "is single DES, whose 56-bit keys can all be tried in a day" },
  { pattern: /RC4/, rating: "bad", why: "uses RC4, whose key stream is biased enough to read what is sent many times" },
  { pattern: /RC2/, rating: "bad", why: "uses RC2, which nobody should rely on" },
  {
    pattern: /3DES|IDEA|28147|MAGMA/,
    rating: "weak",
    why: "has blocks of 64 bits, which begin to give content away after some 32 GB in one connection (Sweet32)",
  },
  {
    pattern: /CCM_8/,
    rating: "weak",
    why: "seals records with 8 bytes only: enough for small devices, less than others have",
  },
];

function judgeCbc(facts: HandshakeFacts, suite: string): Judgement {
  if ((facts.server?.hello.version ?? 0) <= 0x0301) {
    const text = `${suite} in CBC mode takes its first block's vector from the record before: an attacker in the browser can guess content (BEAST).`;
    return { rating: "weak", text };
  }
  if (facts.has(ExtensionType.EncryptThenMac)) {
    return {
      rating: "good",
      text: `${suite} encrypts before it authenticates (encrypt-then-MAC), as CBC mode should.`,
    };
  }
  const text = `${suite} authenticates before it encrypts: an active attacker may learn content from how errors are answered (Lucky 13); a recording alone gives nothing away.`;
  return { rating: "weak", text };
}
