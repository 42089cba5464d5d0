// Makes the capture: a pcap file in which many conversations go on at once, each segment acknowledged, none lost.
//   node bench/sniffer/capture.js FILE FLOWS [PACKETS]
import { randomInt } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { makeTalks } from "./talks.js";

const PACKETS = 678_000;
const SEGMENT_BYTES = 1100;
/** Conversations that go on at the same time, at most. */
const WIDTH = 200;
const MEAN_PACKET_BYTES = 583;
const BUFFER_BYTES = 0x400000;
const [SYN, ACK, PUSH, FIN] = [0x02, 0x10, 0x08, 0x01];

/** Resolves to what was written. */
export async function makeCapture(path, flows, packets = PACKETS) {
  const talks = await makeTalks((packets / flows) * (MEAN_PACKET_BYTES - 66));
  const file = new CaptureFile(path);
  const live = [];
  let begun = 0;
  const begin = () => new Flow(file, begun, talks[begun++ % talks.length]);
  while (live.length < Math.min(flows, WIDTH)) live.push(begin());
  let random = 12_345;
  while (file.packets < packets) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    const index = (random >>> 8) % live.length;
    for (let burst = 0; burst < 3 && !live[index].over; burst++) live[index].step();
    if (live[index].over) live[index] = begin();
  }
  file.close();
  return { path, packets: file.packets, bytes: file.bytes, flows: begun };
}

class CaptureFile {
  packets = 0;
  bytes = 0;
  #fd;
  #buffer = Buffer.alloc(BUFFER_BYTES);
  #used = 0;
  #microseconds = 0;

  constructor(path) {
    this.#fd = openSync(path, "w");
    const head = this.#room(24);
    this.#buffer.writeUInt32LE(0xa1b2c3d4, head);
    this.#buffer.writeUInt16LE(2, head + 4);
    this.#buffer.writeUInt16LE(4, head + 6);
    this.#buffer.writeUInt32LE(0x40000, head + 16);
    this.#buffer.writeUInt32LE(1, head + 20);
  }

  /** An Ethernet frame of IPv4 and TCP with time stamps. */
  segment({ from, to, sequence, acknowledgment, flags, data }) {
    const length = 14 + 20 + 32 + data.length;
    const buffer = this.#buffer;
    let at = this.#room(16 + length);
    this.#microseconds += 1 + ((this.packets * 7919) % 13);
    buffer.writeUInt32LE(1_700_000_000 + Math.floor(this.#microseconds / 1e6), at);
    buffer.writeUInt32LE(this.#microseconds % 1e6, at + 4);
    buffer.writeUInt32LE(length, at + 8);
    buffer.writeUInt32LE(length, at + 12);
    at += 16;
    buffer.set([2, 0, 0, 0, 0, to.mac, 2, 0, 0, 0, 0, from.mac, 8, 0], at);
    at += 14;
    buffer.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, ...from.address, ...to.address], at);
    buffer.writeUInt16BE(length - 14, at + 2);
    buffer.writeUInt16BE(this.packets & 0xffff, at + 4);
    at += 20;
    buffer.writeUInt16BE(from.port, at);
    buffer.writeUInt16BE(to.port, at + 2);
    buffer.writeUInt32BE(sequence, at + 4);
    buffer.writeUInt32BE(acknowledgment, at + 8);
    buffer.set([0x80, flags, 1, 246, 0, 0, 0, 0, 1, 1, 8, 10], at + 12);
    buffer.writeUInt32BE(this.#microseconds >>> 0, at + 24);
    buffer.writeUInt32BE(this.#microseconds >>> 0, at + 28);
    data.copy(buffer, at + 32);
    this.packets += 1;
    this.bytes += 16 + length;
  }

  close() {
    writeSync(this.#fd, this.#buffer, 0, this.#used);
    closeSync(this.#fd);
  }

  #room(bytes) {
    if (this.#used + bytes > this.#buffer.length) {
      writeSync(this.#fd, this.#buffer, 0, this.#used);
      this.#used = 0;
    }
    this.#used += bytes;
    return this.#used - bytes;
  }
}

const NOTHING = Buffer.alloc(0);

class Flow {
  over = false;
  #file;
  #talk;
  #ends;
  #sequences = [randomInt(2 ** 32 - 1), randomInt(2 ** 32 - 1)];
  #state = "open";
  #said = 0;
  #offset = 0;

  constructor(file, index, talk) {
    this.#file = file;
    this.#talk = talk;
    this.#ends = [
      { mac: 1, address: [10, 1, (index >> 8) & 255, index & 255], port: 20_000 + (index % 40_000) },
      { mac: 2, address: [10, 2, (index >> 6) & 255, (index * 7) & 255], port: 443 },
    ];
  }

  step() {
    if (this.#state === "open") this.#open();
    else if (this.#said < this.#talk.length) this.#say();
    else this.#close();
  }

  #open() {
    this.#send(0, SYN);
    this.#send(1, SYN | ACK);
    this.#send(0, ACK);
    this.#state = "talk";
  }

  #say() {
    const [side, bytes] = this.#talk[this.#said];
    const data = bytes.subarray(this.#offset, this.#offset + SEGMENT_BYTES);
    this.#offset += data.length;
    const isLast = this.#offset === bytes.length;
    if (isLast) {
      this.#said += 1;
      this.#offset = 0;
    }
    this.#send(side, isLast ? PUSH | ACK : ACK, data);
    this.#send(1 - side, ACK);
  }

  #close() {
    this.#send(0, FIN | ACK);
    this.#send(1, FIN | ACK);
    this.#send(0, ACK);
    this.over = true;
  }

  #send(side, flags, data = NOTHING) {
    const sequence = this.#sequences[side];
    const acknowledgment = (flags & ACK) === 0 ? 0 : this.#sequences[1 - side];
    this.#file.segment({ from: this.#ends[side], to: this.#ends[1 - side], sequence, acknowledgment, flags, data });
    this.#sequences[side] = (sequence + data.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)) >>> 0;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [path, flows, packets] = process.argv.slice(2);
  const made = await makeCapture(path, Number(flows), packets === undefined ? PACKETS : Number(packets));
  process.stdout.write(`${made.packets} packets, ${made.bytes} bytes, ${made.flows} flows\n`);
}
