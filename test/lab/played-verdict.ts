// Verdicts of rungs that hold, for tests of what is made of them.
import type { Proof, ProofSource } from "../../src/lab/evidence.js";
import { type Exposure, rungs } from "../../src/lab/rung.js";
import type { Verdict } from "../../src/lab/verdict.js";

function proofOf(exposure: Exposure, source: ProofSource): [Exposure, Proof] {
  const frame = source === "server" ? null : 7;
  return [exposure, { exposure, source, frame, offset: 3, detail: `<b>${exposure}</b>` }];
}

export function verdictOf(number: number, extra: Partial<Verdict> = {}): Verdict {
  const rung = rungs[number];
  if (rung === undefined) throw new Error(`no rung ${number}`);
  const stands = rung.attacker !== "watches" && rung.refused !== "the server";
  const sourceOf = (exposure: Exposure): ProofSource => {
    if (!stands || /SNI|ALPN/.test(exposure)) return "wire";
    return exposure === "server certificate" ? "server" : "inside";
  };
  const proofs = new Map(rung.readable.map((exposure) => proofOf(exposure, sourceOf(exposure))));
  const others = new Map([proofOf("server name (SNI)", "wire"), proofOf("sizes and times", "wire")]);
  const packets = { wire: 30, inside: stands ? 20 : 0 };
  return { rung, proofs, others, packets, refused: rung.refused, complaints: [], ...extra };
}
