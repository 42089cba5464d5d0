// Sends so many datagrams a second over the loopback, to nobody who would read them:
//   node bench/sniffer/flood.js PER_SECOND BYTES SECONDS
import { createSocket } from "node:dgram";
import { once } from "node:events";

const [perSecond, bytes, seconds] = process.argv.slice(2).map(Number);
const receiver = createSocket("udp4").bind(0, "127.0.0.1");
await once(receiver, "listening");
// Beyond this the kernel drops what nobody reads, behind the sniffer's back.
receiver.setRecvBufferSize(4096);
const sender = createSocket("udp4");
sender.connect(receiver.address().port, "127.0.0.1");
await once(sender, "connect");

const datagram = Buffer.alloc(bytes, "x");
const total = perSecond * seconds;
const begun = performance.now();
let sent = 0;
send();

function send() {
  const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * perSecond));
  for (; sent < due; sent++) sender.send(datagram);
  if (sent < total) return void setTimeout(send, 1);
  process.stdout.write(`${sent}\n`);
  sender.close();
  receiver.close();
}
