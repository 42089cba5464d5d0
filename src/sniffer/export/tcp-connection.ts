// A TCP connection as Zeek sees it: two endpoints, the letters of its history, and the state that conn.log gives it
// (docs.zeek.org, conn.log). It is no judge of what TCP allows: captures have it all.
import type { DecodedPacket } from "../packet/decoded-packet.js";
import { advanceSequence } from "../stream/sequence.js";
import { ClosingState } from "./closing-state.js";
import { TcpEndpoint } from "./tcp-endpoint.js";

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

/** Numbers of a SYN or RST, and an acknowledgment of 0, are not believed when they are this far off. */
const TOO_FAR = 1 << 20;

export class TcpConnection {
  readonly originator = new TcpEndpoint(true);
  readonly responder = new TcpEndpoint(false);
  readonly closing = new ClosingState();
  history: string;
  /** Whether the last packet counts for how long it lasted: those behind both closes do not. */
  lasts = true;

  constructor(flipped: boolean) {
    this.history = flipped ? "^" : "";
  }

  /** `length`: payload bytes on the wire, captured or not. */
  push(packet: DecodedPacket, fromOriginator: boolean, length: number): void {
    const own = fromOriginator ? this.originator : this.responder;
    const peer = fromOriginator ? this.responder : this.originator;
    const { flags, sequence, acknowledgment } = packet;
    const end = advanceSequence(sequence, segmentLength(flags, length));
    own.flags |= flags;
    this.closing.push(fromOriginator, flags);
    begin(own, flags, sequence, end);
    this.#tell(own, peer, packet, length);
    this.lasts = !own.didClose || !peer.didClose;
    if ((flags & FIN) !== 0) own.sawFin = true;
    if ((flags & ACK) !== 0) acknowledge(peer, flags, acknowledgment);
    this.#reach(own, flags, end, length);
    const closes = move(own, peer, flags, length);
    if (closes) own.didClose = true;
  }

  /** Bytes of a stream that never came. */
  gap(ofOriginator: boolean): void {
    this.history += (ofOriginator ? this.originator : this.responder).scaled("G");
  }

  /** S0, S1, SF, REJ and so on. */
  get state(): string {
    const { originator, responder } = this;
    const [own, other] = [originator.state, responder.state];
    const ownIdle = own === "inactive" || own === "partial";
    const otherIdle = other === "inactive" || other === "partial";
    if (other === "reset") {
      const saidNothing = originator.size(responder) === 0 && responder.size(originator) === 0;
      if (own === "syn_sent" || own === "syn_ack_sent" || (own === "reset" && saidNothing)) return "REJ";
      return ownIdle ? "RSTRH" : "RSTR";
    }
    if (own === "reset") {
      if (!otherIdle) return "RSTO";
      return /^\^?S[^HAFGIQ]*R/.test(this.history) ? "RSTOS0" : "OTH";
    }
    if (own === "closed" && other === "closed") return "SF";
    if (own === "closed") return otherIdle ? "SH" : "S2";
    if (other === "closed") return ownIdle ? "SHR" : "S3";
    if (own === "syn_sent" && other === "inactive") return "S0";
    return own === "established" && other === "established" ? "S1" : "OTH";
  }

  #tell(own: TcpEndpoint, peer: TcpEndpoint, { flags, sequence, window }: DecodedPacket, length: number): void {
    const marks = [SYN, FIN, RST].filter((flag) => (flags & flag) !== 0);
    if (marks.length > 1) this.history += own.once((flags & FIN) !== 0 && (flags & RST) !== 0 ? "I" : "Q");
    else if (marks[0] === SYN) this.history += own.placed("syn", (flags & ACK) === 0 ? "S" : "H", sequence);
    else if (marks[0] === FIN) this.history += own.placed("fin", "F", advanceSequence(sequence, length));
    else if (marks[0] === RST) this.history += own.placed("rst", "R", sequence);
    else if (length > 0) this.history += own.once("D");
    else if ((flags & ACK) !== 0) this.history += own.once("A");
    const isShut = window === 0 && (flags & RST) === 0;
    if (isShut && peer.state !== "closed" && own.state !== "reset") this.history += own.scaled("W");
  }

  #reach(own: TcpEndpoint, flags: number, end: number, length: number): void {
    const beyond = own.beyond(end);
    if ((flags & (SYN | RST)) !== 0 && Math.abs(beyond) > TOO_FAR) return;
    // Connections over 2 GB of which only SYN and FIN were seen.
    if ((flags & FIN) !== 0 && own.hasSaidNothing) own.reach(end);
    else if (own.state === "reset") return;
    else if (beyond > 0) own.reach(end);
    else if (length > 0) this.history += own.scaled("T");
  }
}

/** A RST's data is no part of the stream. */
function segmentLength(flags: number, length: number): number {
  const marks = ((flags & SYN) === 0 ? 0 : 1) + ((flags & FIN) === 0 ? 0 : 1);
  return marks + ((flags & RST) === 0 ? length : 0);
}

/** The first packet of a side sets its numbers, and so does a SYN that comes later with others. */
function begin(own: TcpEndpoint, flags: number, sequence: number, end: number): void {
  const isSyn = (flags & SYN) !== 0;
  switch (own.state) {
    case "inactive":
      // Numbered as if there had been a SYN.
      if (isSyn) own.begin(sequence, end);
      else own.begin(advanceSequence(sequence, -1), sequence);
      break;
    case "syn_sent":
    case "syn_ack_sent":
      if (isSyn && !own.isAtStart(sequence)) own.begin(sequence, end);
      break;
    case "established":
    case "partial":
      if (isSyn) own.begin(sequence, end);
      break;
    case "reset":
      if (isSyn && own.previousState === "inactive") own.begin(sequence, end);
      break;
    case "closed":
  }
}

function acknowledge(peer: TcpEndpoint, flags: number, acknowledgment: number): void {
  if (peer.state === "inactive") {
    const start = advanceSequence(acknowledgment, -1);
    peer.begin(start, start);
    return;
  }
  if ((flags & RST) !== 0) return;
  if (acknowledgment === 0 && peer.beyond(0) > TOO_FAR) return;
  peer.acknowledge(acknowledgment);
}

/** Changes the states; true where the side closes by this. */
function move(own: TcpEndpoint, peer: TcpEndpoint, flags: number, length: number): boolean {
  switch (own.state) {
    case "inactive":
      return begins(own, peer, flags, length);
    case "syn_sent":
    case "syn_ack_sent":
      return ends(own, flags);
    case "established":
    case "partial":
      return goesOn(own, peer, flags);
    case "closed":
      // Where both closed already, a reset changes nothing any more.
      if ((flags & RST) === 0 || peer.state === "closed") return false;
      own.become("reset");
      return !own.didClose;
    case "reset":
      return false;
  }
}

function begins(own: TcpEndpoint, peer: TcpEndpoint, flags: number, length: number): boolean {
  if ((flags & SYN) !== 0) opens(own, peer, flags);
  const closes = ends(own, flags);
  if (own.state !== "inactive") return closes;
  const isEarlyAnswer = !own.isOriginator && length === 0 && peer.state === "syn_sent";
  if (isEarlyAnswer) return false;
  own.become((flags & ACK) !== 0 && peer.state === "established" ? "established" : "partial");
  return false;
}

function opens(own: TcpEndpoint, peer: TcpEndpoint, flags: number): void {
  if (own.isOriginator) {
    own.become((flags & ACK) === 0 ? "syn_sent" : "syn_ack_sent");
    return;
  }
  if (peer.state === "syn_sent" || ((flags & ACK) === 0 && peer.state === "syn_ack_sent")) peer.become("established");
  own.become("established");
}

function ends(own: TcpEndpoint, flags: number): boolean {
  if ((flags & FIN) !== 0) own.become("closed");
  if ((flags & RST) !== 0) own.become("reset");
  return (flags & (FIN | RST)) !== 0;
}

function goesOn(own: TcpEndpoint, peer: TcpEndpoint, flags: number): boolean {
  const isNewSyn = (flags & (SYN | ACK)) === SYN && own.state === "partial" && peer.state === "inactive";
  if (isNewSyn) own.become("syn_sent");
  if ((flags & FIN) !== 0 && (flags & RST) === 0) {
    own.become("closed");
    // A FIN and then a RST of the other side was a normal end after all.
    if (peer.state === "reset" && peer.previousState === "closed") peer.become("closed");
  }
  if ((flags & RST) !== 0) own.become("reset");
  return (flags & (FIN | RST)) !== 0;
}
