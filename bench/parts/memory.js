// Memory of idle connections on the server: what it takes with many of them, less what it took with none.
import { PeerPair } from "../process/peer-pair.js";

/** Resolves with `{ connections, peers: [{ label, rssBytes, heapBytes, externalBytes }] }`, bytes for each connection. */
export async function measureMemory({ ours, grpc, certificate, quick, progress }) {
  const connections = quick ? 500 : 5_000;
  const peers = [ours, { ...ours, spec: "bare-tls", module: "bare-tls", label: "bare tls" }, grpc];
  const results = [];
  for (const peer of peers) {
    progress(`memory: ${connections} connections, ${peer.label}`);
    results.push({ spec: peer.spec, label: peer.label, ...(await measure(peer, connections, certificate)) });
  }
  return { connections, peers: results };
}

async function measure(peer, connections, certificate) {
  const pair = await PeerPair.start(peer, certificate, { serverOptions: ["--expose-gc"] });
  try {
    // The first ones also pay for code and tables that all share.
    await pair.client.ask("hold", { ...pair.target, count: 50 });
    const before = await pair.server.ask("memory");
    const { held } = await pair.client.ask("hold", { ...pair.target, count: connections });
    const after = await pair.server.ask("memory");
    return {
      rssBytes: (after.rss - before.rss) / held,
      heapBytes: (after.heapUsed - before.heapUsed) / held,
      externalBytes: (after.external - before.external) / held,
    };
  } finally {
    await pair.close();
  }
}
