// What the conversations of the capture say: real TLS 1.2 and 1.3 between two ends in this process, HTTP, and bytes that
// are nothing known. Each is a list of [side, bytes]; side 0 is the client.
import { randomBytes } from "node:crypto";
import { Duplex } from "node:stream";
import { connect, TLSSocket } from "node:tls";
import { makeCertificate } from "../tls-settings.js";

const ANSWER_BYTES = 11_000;
const NAME = "bench.example";

/** One of each kind and size; `bytes` is about what each sums to. */
export async function makeTalks(bytes) {
  const certificate = await makeCertificate();
  const exchanges = Math.max(1, Math.round(bytes / (ANSWER_BYTES + 900)));
  const talks = [];
  for (let index = 0; index < 4; index++) {
    const sizes = { exchanges, requestBytes: 300 + index * 97, answerBytes: ANSWER_BYTES + index * 500 };
    for (const version of ["TLSv1.3", "TLSv1.2"]) talks.push(await tlsTalk({ ...sizes, version, certificate }));
  }
  return [...talks, httpTalk(exchanges, ANSWER_BYTES), httpTalk(exchanges, ANSWER_BYTES), opaqueTalk(exchanges)];
}

async function tlsTalk({ version, certificate, exchanges, requestBytes, answerBytes }) {
  const talk = [];
  const [near, far] = pipe(talk);
  const versions = { minVersion: version, maxVersion: version };
  const server = new TLSSocket(far, { ...certificate, ...versions, isServer: true, ALPNProtocols: ["h2"] });
  const client = connect({
    ...versions,
    socket: near,
    servername: NAME,
    rejectUnauthorized: false,
    ALPNProtocols: ["h2"],
  });
  await new Promise((resolve) => client.once("secureConnect", resolve));
  for (let index = 0; index < exchanges; index++) {
    await transfer(client, server, requestBytes);
    await transfer(server, client, answerBytes);
  }
  client.destroy();
  return talk;
}

function transfer(from, to, bytes) {
  return new Promise((resolve) => {
    let received = 0;
    const count = (chunk) => {
      received += chunk.length;
      if (received < bytes) return;
      to.off("data", count);
      resolve();
    };
    to.on("data", count);
    from.write(randomBytes(bytes));
  });
}

/** Two ends of a wire; what crosses it is written down. */
function pipe(talk) {
  const ends = [0, 1].map(
    (side) =>
      new Duplex({
        read() {},
        write(chunk, _encoding, done) {
          talk.push([side, Buffer.from(chunk)]);
          setImmediate(() => ends[1 - side].push(chunk));
          done();
        },
      }),
  );
  return ends;
}

function httpTalk(exchanges, answerBytes) {
  return Array.from({ length: exchanges }, (_, index) => [
    [0, Buffer.from(`GET /file/${index} HTTP/1.1\r\nHost: ${NAME}\r\nUser-Agent: bench\r\n\r\n`)],
    [
      1,
      Buffer.concat([
        Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${answerBytes}\r\n\r\n`),
        randomBytes(answerBytes),
      ]),
    ],
  ]).flat();
}

function opaqueTalk(exchanges) {
  return Array.from({ length: exchanges }, () => [
    [0, randomBytes(200)],
    [1, randomBytes(ANSWER_BYTES)],
  ]).flat();
}
