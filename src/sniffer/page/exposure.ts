// Who could read what of one conversation: seen in the capture where it shows, else what follows from how TLS works
// (RFC 8446 appendix E: what is hidden from whom).
import type { ConversationFacts, Seen } from "./conversation-facts.js";
import type { Cell, Level, Matrix, Observer, Place } from "./page-model.js";

const NOTHING_SAID = "nothing that was said behind the handshake was captured";

type Row = Readonly<Record<Observer, Cell>>;

const TLS13 = "0x0304";

/** Datagrams whose port alone says what they are. */
const PORT_NAMED: ReadonlySet<string> = new Set(["dns", "mdns", "dhcp", "ntp"]);

export function exposureOf(facts: ConversationFacts): Matrix {
  const cells = new CellMaker(facts);
  return {
    ends: cells.all(cells.seen("readable", "addresses, ports and times stand in every packet", cells.firstPacket)),
    sizes: cells.all(cells.seen("readable", sizesWords(facts), facts.applicationData?.place ?? cells.firstPacket)),
    server_name: serverName(facts, cells),
    protocol: protocol(facts, cells),
    certificate: certificate(facts, cells),
    content: content(facts, cells),
    password: secret(facts, cells, { noun: "password", read: facts.password, opened: facts.openedPassword }),
    token: secret(facts, cells, { noun: "token or cookie", read: facts.token, opened: facts.openedToken }),
  };
}

class CellMaker {
  readonly firstPacket: Place;

  constructor({ conversation }: ConversationFacts) {
    const { id, firstFrame } = conversation;
    this.firstPacket = { conversation: id, frame: firstFrame, side: null, offset: null, length: null };
  }

  seen(level: Level, why: string, place: Place | null): Cell {
    return { level, seen: true, why, place, count: 1 };
  }

  follows(level: Level, why: string, place: Place | null = null): Cell {
    return { level, seen: false, why, place, count: 1 };
  }

  all(cell: Cell): Row {
    return { passive: cell, impersonator: cell, trusted_ca: cell, keys: cell };
  }
}

function sizesWords(facts: ConversationFacts): string {
  return facts.isEncrypted
    ? "each record's length, direction and moment show; encryption does not hide them, padding makes them coarse"
    : "each message's length, direction and moment show";
}

function serverName(facts: ConversationFacts, cells: CellMaker): Row {
  const { serverName: name, hidesName, clientHello } = facts;
  if (name !== undefined && hidesName) {
    const why = `the hello names ${name.text}; an inner hello, encrypted, may name the true server`;
    return cells.all(cells.seen("presence", why, name.place));
  }
  if (name !== undefined) {
    const why = `the client's hello names ${name.text}: it is sent before there is any key`;
    return cells.all(cells.seen("readable", why, name.place));
  }
  if (clientHello !== undefined) {
    return cells.all(cells.seen("absent", "the client's hello names no server", clientHello.place));
  }
  const why = facts.speaksTls ? "the client's hello was not captured" : "without TLS no hello names the server";
  return cells.all(cells.follows(facts.speaksTls ? "unknown" : "absent", why));
}

function protocol(facts: ConversationFacts, cells: CellMaker): Row {
  const { offeredProtocols: offered, application = "unknown" } = facts;
  if (offered !== undefined) {
    return cells.all(cells.seen("readable", `the client's hello offers ${offered.text} (ALPN)`, offered.place));
  }
  if (facts.isTls && (application === "tls" || application === "dtls" || application === "quic")) {
    const passive = cells.seen("presence", "something speaks inside TLS; no ALPN says what", cells.firstPacket);
    const inside = cells.follows("readable", "whoever is inside TLS sees what is spoken there");
    return { passive, impersonator: inside, trusted_ca: inside, keys: inside };
  }
  if (application !== "unknown") {
    const how = PORT_NAMED.has(application) ? "by its port" : "by its first bytes";
    return cells.all(cells.seen("readable", `it is ${application}, ${how}`, cells.firstPacket));
  }
  return cells.all(cells.follows("unknown", "nothing that is known here; others may know it"));
}

function certificate(facts: ConversationFacts, cells: CellMaker): Row {
  const { certificate: own, serverHello } = facts;
  if (own !== undefined && !own.opened) {
    return cells.all(cells.seen("readable", `${own.text}: up to TLS 1.2 it is sent in the clear`, own.place));
  }
  if (serverHello === undefined) {
    const why = facts.speaksTls ? "no answer of the server was captured" : "without TLS there is none";
    return cells.all(cells.follows(facts.speaksTls ? "unknown" : "absent", why));
  }
  if (facts.isResumed && own === undefined) {
    const why = "none is sent: the session is resumed";
    return cells.all(cells.seen("absent", why, serverHello.place));
  }
  const asks = cells.follows("readable", "whoever connects to the server is shown its certificate");
  const passive =
    facts.version === TLS13
      ? cells.seen("length", "TLS 1.3 encrypts it; only its size shows", serverHello.place)
      : cells.follows("absent", "none was seen");
  const keys = own === undefined ? asks : cells.seen("readable", `${own.text}: opened with the keys`, own.place);
  return { passive, impersonator: asks, trusted_ca: asks, keys };
}

function content(facts: ConversationFacts, cells: CellMaker): Row {
  const { plaintext, applicationData, opened } = facts;
  if (plaintext !== undefined) {
    return cells.all(cells.seen("readable", `sent in the clear: ${plaintext.text}`, plaintext.place));
  }
  if (!facts.isEncrypted) {
    const known = facts.application !== undefined && facts.application !== "unknown";
    if (known) return cells.all(cells.seen("readable", `${facts.application} is sent in the clear`, cells.firstPacket));
    return cells.all(cells.follows("unknown", "what was sent is not understood here; others may read it"));
  }
  if (facts.saidNothing) {
    return cells.all(cells.seen("absent", NOTHING_SAID, cells.firstPacket));
  }
  const shut = applicationData?.place ?? cells.firstPacket;
  return {
    passive: cells.seen("length", "encrypted: how long it is shows, and not what it says", shut),
    impersonator: impersonated(facts, cells),
    trusted_ca: facts.application === "ssh" ? withoutCa(cells) : cells.follows("readable", trustedWords(facts)),
    keys:
      opened === undefined
        ? cells.follows("readable", "a key log of either end opens it")
        : cells.seen("readable", `opened with the keys: ${opened.text}`, opened.place),
  };
}

function impersonated({ distrust, application }: ConversationFacts, cells: CellMaker): Cell {
  if (distrust !== undefined) {
    const why = `this client verifies: it refused a certificate (${distrust.text.replaceAll("_", " ")})`;
    return cells.seen("hidden", why, distrust.place);
  }
  const proof = application === "ssh" ? "the host's key" : "the certificate";
  return cells.follows("readable", `a client that does not check ${proof} talks to whoever stands between`);
}

function withoutCa(cells: CellMaker): Cell {
  return cells.follows("hidden", "clients of SSH know the host by its own key, and mostly trust no CA");
}

function trustedWords({ asksClientCertificate }: ConversationFacts): string {
  return asksClientCertificate
    ? "the client accepts his certificate and talks to him; passing it on fails, as the server wants the client's certificate"
    : "the client accepts his certificate, and he passes on what he reads";
}

interface SecretSeen {
  readonly noun: string;
  readonly read: Seen | undefined;
  readonly opened: Seen | undefined;
}

function secret(facts: ConversationFacts, cells: CellMaker, { noun, read, opened }: SecretSeen): Row {
  if (read !== undefined) {
    return cells.all(cells.seen("readable", `a ${read.text} is sent in the clear`, read.place));
  }
  if (!facts.isEncrypted) {
    const level = facts.plaintext === undefined && facts.application === "unknown" ? "unknown" : "absent";
    return cells.all(cells.follows(level, `no ${noun} was recognised`));
  }
  if (facts.hasNullCipher) {
    return cells.all(cells.follows("unknown", `nothing is encrypted; whether a ${noun} is there is not known here`));
  }
  if (facts.saidNothing) {
    return cells.all(cells.follows("absent", NOTHING_SAID));
  }
  const passive = cells.follows(
    "hidden",
    `it is encrypted with everything else; nothing tells whether a ${noun} is there`,
  );
  const keys =
    opened === undefined
      ? secretWithKeys(facts, cells, noun)
      : cells.seen("readable", `a ${opened.text} was opened with the keys`, opened.place);
  if (noun === "password" && facts.usesOpaque) {
    const never = cells.follows("hidden", "OPAQUE: the password is never sent, and a login passed on is refused");
    return { passive, impersonator: never, trusted_ca: never, keys: opened === undefined ? never : keys };
  }
  const inside = cells.follows("readable", `any ${noun} is read with the rest`);
  const impersonator = facts.distrust === undefined ? inside : impersonated(facts, cells);
  return { passive, impersonator, trusted_ca: facts.application === "ssh" ? withoutCa(cells) : inside, keys };
}

function secretWithKeys(facts: ConversationFacts, cells: CellMaker, noun: string): Cell {
  if (facts.opened !== undefined) return cells.seen("absent", `no ${noun} was recognised`, facts.opened.place);
  return cells.follows("readable", `any ${noun} is read with the rest`);
}
