// What he has of each thing on a rung, in a word for the table and in words for the rung's section.
import type { Level } from "../../sniffer/page/page-model.js";
import { type Exposure, isSecret, type Rung } from "../rung.js";
import type { Verdict } from "../verdict.js";

export interface Sight {
  readonly level: Level;
  /** It can be read, and is no secret. */
  readonly told: boolean;
  /** For a cell. */
  readonly word: string;
  /** Why he has it not; empty where he has it. */
  readonly why: string;
}

export function sightOf({ proofs, rung }: Verdict, exposure: Exposure): Sight {
  const proof = proofs.get(exposure);
  if (proof === undefined) return { told: false, ...unseen(rung, exposure) };
  const apart = rung.attacker !== "watches" && rung.refused !== "the server";
  const word = { wire: apart ? "read on the wire" : "read", inside: "read inside", server: "fetched" }[proof.source];
  return { level: "readable", told: !isSecret(exposure), word, why: "" };
}

/** The element of a rung's section that says it. */
export function evidenceId({ number }: Rung, exposure: Exposure): string {
  return `rung-${number}-${exposure.replace(/[^a-zA-Z]+/g, "-").replace(/-$/, "")}`;
}

function unseen(rung: Rung, exposure: Exposure): Omit<Sight, "told"> {
  if (rung.transport === "plaintext" && !isSecret(exposure)) {
    return { level: "absent", word: "none", why: "there is none without TLS" };
  }
  if (rung.refused === "the server") return unsent(exposure);
  if (rung.refused === "the login" && exposure === "password") {
    return { level: "hidden", word: "never sent", why: "never sent: OPAQUE proves it without" };
  }
  if (rung.refused === "the login" && exposure === "session token") {
    return { level: "hidden", word: "not given", why: "the server gave none, since it refused the login" };
  }
  const asked = exposure === "server certificate" ? "; whoever wants it asks the server for it" : "";
  return { level: "hidden", word: "hidden", why: `encrypted${asked}` };
}

/** The client stopped: there is nothing of it to be seen, by anyone. */
function unsent(exposure: Exposure): Omit<Sight, "told"> {
  if (isSecret(exposure)) return { level: "hidden", word: "not sent", why: "not sent: the client stopped before" };
  const why =
    exposure === "server certificate" ? "the client saw his, and the server was not asked" : "nothing was said";
  return { level: "absent", word: "not sent", why };
}
