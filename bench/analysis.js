// From rounds to what the reports say.
import { summarize, summarizeRatio } from "./summary.js";

const grpc = "grpc-js";
const raw = "raw-tls";

/** `{ cell, peers: [{ spec, label, rate, clientUs, serverUs, toGrpc?, toRaw? }] }`; ratios are of the same round. */
export function analyseCell({ cell, rounds }, peers) {
  const rates = (spec) => rounds[spec]?.map(({ rate }) => rate);
  const present = peers.filter(({ spec }) => rounds[spec] !== undefined);
  return {
    cell,
    peers: present.map(({ spec, label }) => ({
      spec,
      label,
      rate: summarize(rates(spec)),
      clientUs: summarize(rounds[spec].map(({ clientUs }) => clientUs)),
      serverUs: summarize(rounds[spec].map(({ serverUs }) => serverUs)),
      toGrpc: spec === grpc || !rates(grpc) ? undefined : summarizeRatio(rates(spec), rates(grpc)),
      toRaw: spec === raw || !rates(raw) ? undefined : summarizeRatio(rates(spec), rates(raw)),
    })),
  };
}
