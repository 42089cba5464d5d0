// What was measured on what.
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { opensslVersion } from "../parts/openssl.js";
import { placement } from "../process/pinned.js";
import { root } from "../product.js";

const packages = ["@grpc/grpc-js", "@connectrpc/connect-node", "protobufjs", "@bufbuild/protobuf"];

/** Read when a run begins. */
export function describeMachine() {
  return {
    date: new Date().toISOString(),
    node: process.version,
    openssl: process.versions.openssl,
    opensslProgram: opensslVersion,
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    loadBefore: loadavg()[0],
    placement,
    versions: Object.fromEntries(packages.map((name) => [name, versionOf(`bench/node_modules/${name}`)])),
    earshot: versionOf("."),
  };
}

function versionOf(folder) {
  return JSON.parse(readFileSync(`${root}${folder}/package.json`, "utf8")).version;
}
