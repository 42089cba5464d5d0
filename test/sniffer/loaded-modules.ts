// Given to node by --import: says at the end which CommonJS modules and which of our files were loaded.
import { createRequire, register } from "node:module";
import { MessageChannel } from "node:worker_threads";

const { port1, port2 } = new MessageChannel();
const urls: string[] = [];
port1.on("message", (url: string) => urls.push(url)).unref();
const hooks = `
  let port;
  export function initialize(data) { port = data.port; }
  export async function load(url, context, next) { port.postMessage(url); return next(url, context); }
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`, { data: { port: port2 }, transferList: [port2] });

const { cache } = createRequire(import.meta.url);
process.on("exit", () => {
  process.stderr.write(`loaded: ${[...urls, ...Object.keys(cache)].join("\n")}\n`);
});
