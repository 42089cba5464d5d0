// What is measured: the peers, and the cells of the table of calls.

/** In the order of the table. `maxInFlight`: what the peer can keep open at once. */
export const peers = {
  ours: { label: "earshot/rpc" },
  "ours-padded": { label: "earshot/rpc, padded" },
  "grpc-js": { label: "@grpc/grpc-js" },
  connect: { label: "@connectrpc/connect-node" },
  "https-json": { label: "https + JSON", maxInFlight: 128 },
  "raw-tls": { label: "raw tls echo" },
};

/** Calls over one connection. */
export const cells = [
  { payload: "40B", inFlight: 1 },
  { payload: "40B", inFlight: 16 },
  { payload: "40B", inFlight: 128 },
  { payload: "40B", inFlight: 1024 },
  { payload: "10KB", inFlight: 1 },
  { payload: "10KB", inFlight: 16 },
  { payload: "10KB", inFlight: 128 },
  { payload: "1MB", inFlight: 4 },
].map((cell) => ({ ...cell, name: `${cell.payload}/${cell.inFlight}` }));

/** A peer as the command line names it: "ours@dist-x" is ours from another output folder. */
export function parsePeer(spec) {
  const [name, build] = spec.split("@");
  if (peers[name] === undefined) throw new Error(`no peer ${name}: there are ${Object.keys(peers).join(", ")}`);
  const { label, maxInFlight = Number.POSITIVE_INFINITY } = peers[name];
  return { spec, module: name, label: build === undefined ? label : `${label} (${build})`, build, maxInFlight };
}

/** Whether the peer takes part in the cell. */
export function takesPart(peer, cell) {
  return cell.inFlight <= peer.maxInFlight;
}
