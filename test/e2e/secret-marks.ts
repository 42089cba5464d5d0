// Secrets with marks: each can be found in whatever a program wrote, in whichever of the usual forms.

import { randomBytes } from "node:crypto";

export class SecretMarks {
  readonly #secrets = new Map<string, string>();

  /** A new secret: the text around a mark that is nowhere else. */
  next(what: string, around = "tiger lamp *"): string {
    const secret = around.replace("*", randomBytes(9).toString("hex"));
    this.add(what, secret);
    return secret;
  }

  /** One that was made elsewhere, such as a token. */
  add(what: string, secret: string): void {
    this.#secrets.set(secret, what);
  }

  get size(): number {
    return this.#secrets.size;
  }

  /** What the text holds, by name; empty when it holds none. */
  foundIn(text: string): string[] {
    const plain = text.toLowerCase();
    const bare = plain.replace(/[\s-]/g, "");
    const found = [...this.#secrets].filter(
      ([secret]) =>
        formsOf(secret).some((form) => plain.includes(form)) ||
        bare.includes(secret.toLowerCase().replace(/[\s-]/g, "")),
    );
    return found.map(([, what]) => what);
  }
}

/** Lower-cased, as is what they are looked for in: case changes no secret of ours enough to hide it. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString("base64").replace(/=+$/, "");
  const forms = [secret, base64, bytes.toString("base64url"), bytes.toString("hex"), encodeURIComponent(secret)];
  return [...forms, JSON.stringify(secret).slice(1, -1)].map((form) => form.toLowerCase());
}
