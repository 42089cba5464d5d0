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

/** `{ name, peers: [{ spec, label, rate, serverUs, resumed, toBare? }] }`: ours and bare TLS, connecting in one way. */
export function analyseConnecting({ name, rounds }, peers) {
  const rates = (spec) => rounds[spec].map(({ rate }) => rate);
  const present = peers.filter(({ spec }) => rounds[spec]?.length > 0);
  const bare = present.find(({ module }) => module === "bare-tls");
  return {
    name,
    peers: present.map((peer) => ({
      spec: peer.spec,
      label: peer.label,
      rate: summarize(rates(peer.spec)),
      serverUs: summarize(rounds[peer.spec].map(({ serverUs }) => serverUs)),
      resumed: summarize(rounds[peer.spec].map(({ resumed }) => resumed)).median,
      toBare: peer === bare || !bare ? undefined : summarizeRatio(rates(peer.spec), rates(bare.spec)),
    })),
  };
}
