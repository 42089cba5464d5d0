// The built product: its package export, and the definitions that were generated with it.
import { isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** `build` is the compiler's output folder: "dist", or another one to compare with. */
export async function loadProduct(build = "dist") {
  const folder = isAbsolute(build) ? build : join(root, build);
  const load = (file) => import(pathToFileURL(join(folder, file)).href);
  const [rpc, accounts, echo, encoder, hello] = await Promise.all([
    load("src/rpc/index.js"),
    load("src/gen/earshot/accounts/v1/accounts.js"),
    load("test/gen/earshot/test/v1/echo.js"),
    load("src/wire/frame-encoder.js"),
    load("src/wire/protocol.js"),
  ]);
  return { ...rpc, ...accounts, ...echo, encodeFrame: encoder.encodeFrame, alpn: hello.ALPN_PROTOCOL };
}
