// Builds hellos for tests, byte by byte, so that each field can be had in any shape.

/** 16 or 24-bit length in front of the parts. */
export function vector(lengthBytes: 1 | 2 | 3, ...parts: Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(body.length, 0, lengthBytes);
  return Buffer.concat([length, body]);
}

export function u16s(...values: number[]): Uint8Array {
  return Buffer.from(values.flatMap((value) => [value >>> 8, value & 0xff]));
}

export interface HelloExtension {
  readonly type: number;
  readonly body: Uint8Array;
}

const EMPTY = new Uint8Array(0);

export const extension = {
  serverName: (name: string | Uint8Array): HelloExtension => ({
    type: 0x0000,
    body: vector(2, Buffer.from([0]), vector(2, Buffer.from(name))),
  }),
  groups: (...groups: number[]): HelloExtension => ({ type: 0x000a, body: vector(2, u16s(...groups)) }),
  pointFormats: (...formats: number[]): HelloExtension => ({ type: 0x000b, body: vector(1, Buffer.from(formats)) }),
  signatureAlgorithms: (...schemes: number[]): HelloExtension => ({ type: 0x000d, body: vector(2, u16s(...schemes)) }),
  alpn: (...names: (string | Uint8Array)[]): HelloExtension => ({
    type: 0x0010,
    body: vector(2, ...names.map((name) => vector(1, Buffer.from(name)))),
  }),
  versions: (...versions: number[]): HelloExtension => ({ type: 0x002b, body: vector(1, u16s(...versions)) }),
  chosenVersion: (version: number): HelloExtension => ({ type: 0x002b, body: u16s(version) }),
  keyShares: (...groups: number[]): HelloExtension => ({
    type: 0x0033,
    body: vector(2, ...groups.map((group) => Buffer.concat([u16s(group), vector(2, Buffer.alloc(32, 7))]))),
  }),
  /** Any other, with the body given or none. */
  other: (type: number, body: Uint8Array = EMPTY): HelloExtension => ({ type, body }),
};

export interface ClientHelloShape {
  readonly legacyVersion?: number;
  readonly sessionId?: Uint8Array;
  readonly cipherSuites?: readonly number[];
  /** null leaves the whole block out, as SSL 3.0 did. */
  readonly extensions?: readonly HelloExtension[] | null;
}

/** A handshake body, without its header. */
export function clientHelloBody(shape: ClientHelloShape = {}): Uint8Array {
  const { legacyVersion = 0x0303, sessionId = EMPTY, cipherSuites = [0x1301], extensions = [] } = shape;
  return Buffer.concat([
    u16s(legacyVersion),
    Buffer.alloc(32, 0xc1),
    vector(1, sessionId),
    vector(2, u16s(...cipherSuites)),
    vector(1, Buffer.from([0])),
    extensionBlock(extensions),
  ]);
}

export interface ServerHelloShape {
  readonly legacyVersion?: number;
  readonly random?: Uint8Array;
  readonly sessionId?: Uint8Array;
  readonly cipherSuite?: number;
  readonly extensions?: readonly HelloExtension[] | null;
}

export function serverHelloBody(shape: ServerHelloShape = {}): Uint8Array {
  const { legacyVersion = 0x0303, random = Buffer.alloc(32, 0x5e), sessionId = EMPTY } = shape;
  const { cipherSuite = 0x1301, extensions = [] } = shape;
  const fixed = [u16s(legacyVersion), random, vector(1, sessionId), u16s(cipherSuite), Buffer.from([0])];
  return Buffer.concat([...fixed, extensionBlock(extensions)]);
}

export const RETRY_RANDOM = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex");

export function handshake(type: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([type]), vector(3, body)]);
}

export function record(type: number, fragment: Uint8Array, version = 0x0303): Uint8Array {
  return Buffer.concat([Buffer.from([type]), u16s(version), vector(2, fragment)]);
}

export function clientHelloRecord(shape: ClientHelloShape = {}): Uint8Array {
  return record(0x16, handshake(0x01, clientHelloBody(shape)), 0x0301);
}

export function serverHelloRecord(shape: ServerHelloShape = {}): Uint8Array {
  return record(0x16, handshake(0x02, serverHelloBody(shape)));
}

function extensionBlock(extensions: readonly HelloExtension[] | null): Uint8Array {
  if (extensions === null) return EMPTY;
  return vector(2, ...extensions.map(({ type, body }) => Buffer.concat([u16s(type), vector(2, body)])));
}
