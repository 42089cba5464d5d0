// Holds what the sniffer found against what the rung must show.
import { collectProofs, decodeEvents, type Proof, type ProofSource } from "./evidence.js";
import { LabError } from "./lab-error.js";
import { runProgram } from "./program.js";
import { type Exposure, everyExposure, isSecret, type Refused, type Rung } from "./rung.js";
import type { Scene } from "./scene.js";

export interface Verdict {
  readonly rung: Rung;
  /** What he has. */
  readonly proofs: ReadonlyMap<Exposure, Proof>;
  /** What others have who listen on the wire: the same, unless he stands between. */
  readonly others: ReadonlyMap<Exposure, Proof>;
  /** Packets of the wire, and of what the impersonator saw inside. */
  readonly packets: { readonly wire: number; readonly inside: number };
  readonly refused: Refused;
  /** What is not as it must be, a sentence each; empty when the rung holds. */
  readonly complaints: readonly string[];
}

/** The sniffer's exit code for "a secret of --secret-file was seen". */
const SECRET_SEEN = 3;
/** The client's exit codes for what it refuses. */
const REFUSALS: ReadonlyMap<number | null | undefined, Refused> = new Map([
  [4, "the server"],
  [6, "the login"],
]);

/** Reads both captures of a scene with the sniffer and judges them. */
export async function judgeScene(rung: Rung, scene: Scene): Promise<Verdict> {
  const wire = await readCapture(scene.wireCapture, scene.secretFile, "wire");
  const apart = scene.insideCapture !== scene.wireCapture;
  const inside = apart ? await readCapture(scene.insideCapture, scene.secretFile, "inside") : wire;
  const proofs = new Map([
    ...(apart ? helloProofs(wire.proofs) : []),
    ...fetchedProof(scene.fetchedCertificate),
    ...inside.proofs,
  ]);
  const refused = REFUSALS.get(scene.client[0]?.exitCode) ?? "nothing";
  const complaints = [
    ...exposureComplaints(rung, proofs),
    ...(apart ? otherComplaints(wire.proofs) : []),
    ...secretComplaints(rung, wire.secretSeen || inside.secretSeen),
    ...clientComplaints(rung, scene, refused),
    ...(rung.refused === "the server" && inside.packets > 0
      ? ["bytes passed the impersonator although the client refused"]
      : []),
  ];
  const packets = { wire: wire.packets, inside: inside.packets };
  return { rung, proofs, others: wire.proofs, packets, refused, complaints };
}

/** An impersonator's own TLS is no secret to him; of the wire only what the client said first counts beside it. */
function helloProofs(proofs: ReadonlyMap<Exposure, Proof>): [Exposure, Proof][] {
  return [...proofs].filter(([exposure]) => exposure === "server name (SNI)" || exposure === "protocol (ALPN)");
}

/** No capture shows it, since he is the server's client there: it shows him its certificate as it does everyone. */
function fetchedProof(detail: string | undefined): [Exposure, Proof][] {
  const exposure = "server certificate";
  return detail === undefined ? [] : [[exposure, { exposure, source: "server", frame: null, offset: null, detail }]];
}

/** Whoever stands between takes the secrets; the wire beside him still tells nobody. */
function otherComplaints(proofs: ReadonlyMap<Exposure, Proof>): string[] {
  return everyExposure
    .filter((exposure) => isSecret(exposure) && proofs.has(exposure))
    .map((exposure) => `${exposure} was readable on the wire and must not be`);
}

async function readCapture(file: string, secretFile: string, source: ProofSource) {
  const { exitCode, stdout, stderr } = await runProgram("sniffer", ["-r", file, "--json", "--secret-file", secretFile]);
  if (exitCode !== 0 && exitCode !== SECRET_SEEN) {
    throw new LabError("bad_capture", `the sniffer could not read ${file} (exit ${exitCode}): ${stderr.trim()}`);
  }
  const events = decodeEvents(stdout);
  const summary = events.find((event) => event.event === "summary");
  if (summary === undefined) throw new LabError("bad_capture", `the sniffer gave no summary of ${file}`);
  return { proofs: collectProofs(events, source), packets: summary.packets, secretSeen: exitCode === SECRET_SEEN };
}

function exposureComplaints(rung: Rung, proofs: ReadonlyMap<Exposure, Proof>): string[] {
  return everyExposure.flatMap((exposure) => {
    const must = rung.readable.includes(exposure);
    if (must === proofs.has(exposure)) return [];
    return [must ? `${exposure} should have been readable and was not` : `${exposure} was readable and must not be`];
  });
}

/** The list of fields knows the schema; this one knows only the bytes, and looks for them everywhere. */
function secretComplaints(rung: Rung, seen: boolean): string[] {
  const must = rung.readable.includes("password");
  if (must === seen) return [];
  return [must ? "the password's bytes were not found in the capture" : "a secret's bytes were found in the capture"];
}

function clientComplaints(rung: Rung, scene: Scene, refused: Refused): string[] {
  if (rung.refused !== "nothing") {
    return refused === rung.refused ? [] : [`${rung.refused} should have been refused and was not`, ...failures(scene)];
  }
  return failures(scene);
}

function failures(scene: Scene): string[] {
  const failed = scene.client.find((finished) => finished.exitCode !== 0);
  return failed === undefined
    ? []
    : [`the client failed (exit ${failed.exitCode}): ${failed.stdout.trim() || failed.stderr.trim()}`];
}
