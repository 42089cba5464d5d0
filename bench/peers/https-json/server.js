// node:https with JSON, the server.
import { createServer } from "node:https";
import { loginAnswer } from "../../messages.js";
import { versions } from "../../tls-settings.js";

export async function serve({ cert, key }) {
  const server = createServer({ cert, key, ...versions }, (request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const fields = JSON.parse(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
      const answer = request.url === "/login" ? loginAnswer : echo(fields);
      const body = JSON.stringify(answer);
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
      response.end(body);
    });
  });
  server.keepAliveTimeout = 120_000;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: server.address().port };
}

/** The handler sees bytes, as those of the other peers do. */
function echo({ data }) {
  return { data: Buffer.from(data, "base64").toString("base64") };
}
