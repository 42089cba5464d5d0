// The two halves of OPAQUE (RFC 9807) as calls: a record made of a password, and the proof of one, bound to its connection
// (RFC 9266). The password never leaves this process.
import { OpaqueServiceDefinition, type PasswordProof } from "../../gen/earshot/accounts/v1/opaque.js";
import { equalSecrets } from "../../opaque/byte-parts.js";
import type { Identities } from "../../opaque/opaque-client.js";
import type { Peer } from "../../rpc/index.js";
import type { CallLine } from "../call-line.js";
import { ClientError } from "../client-error.js";

/** What a password is kept as. */
export interface PasswordRecord {
  /** Who has it can try passwords on it. */
  readonly record: Uint8Array;
  /** Under which it was made, in base64. */
  readonly serverKey: string;
}

/** What shows that one knows a password, over one connection. */
export interface ProvenPassword {
  readonly proof: PasswordProof;
  /** What the server has to answer with, to show that it is the other end of the same connection. */
  readonly serverProof: Uint8Array;
  /** It has shown so already, before anything is sent that somebody in between could use. */
  readonly isServerProven: boolean;
  /** Under which the record was made, in base64. The server has it. */
  readonly serverKey: string;
  readonly peer: Peer;
}

const CONTEXT = Buffer.from(OpaqueServiceDefinition.fullName);

/** Throws ClientError. */
export async function makeRecord(line: CallLine, username: string, password: string): Promise<PasswordRecord> {
  const { RegistrationStart, scryptStretch } = await opaque();
  const start = withBytes(password, (bytes) => new RegistrationStart(bytes));
  const request = { username, registrationRequest: start.request };
  const { registrationResponse } = await line.call(
    OpaqueServiceDefinition,
    { username, withOpaque: true },
    (service, call) => service.registerStart(request, call),
  );
  try {
    const made = await start.finish(registrationResponse, identitiesOf(username), scryptStretch);
    made.exportKey.fill(0);
    return { record: made.record, serverKey: keyText(made.serverPublicKey) };
  } catch (error) {
    throw await translated(error);
  }
}

/**
 * Undefined when the connection was lost meanwhile: a proof is good for one connection only. Throws ClientError, among them
 * "bad_login" for a wrong password and an unknown name.
 */
export async function provePassword(
  line: CallLine,
  username: string,
  password: string,
): Promise<ProvenPassword | undefined> {
  requireBound(line);
  const { LoginStart, scryptStretch, channelProof } = await opaque();
  const start = withBytes(password, (bytes) => new LoginStart(bytes, CONTEXT));
  const answer = await line.call(OpaqueServiceDefinition, { username, withOpaque: true }, (service, call) =>
    service.loginStart({ username, ke1: start.ke1 }, call),
  );
  const { loginId, ke2 } = answer;
  const { peer } = line;
  const { channelBinding } = peer;
  if (peer.encrypted && channelBinding === undefined) return undefined;
  try {
    const login = await start.finish(ke2, identitiesOf(username), scryptStretch);
    const { ke3, sessionKey } = login;
    const proof = { loginId, ke3, channelProof: channelProof(sessionKey, "client", channelBinding) };
    const serverProof = channelProof(sessionKey, "server", channelBinding);
    sessionKey.fill(0);
    login.exportKey.fill(0);
    const serverKey = keyText(login.serverPublicKey);
    const isServerProven = equalSecrets(serverProof, answer.channelProof);
    return line.peer === peer ? { proof, serverProof, isServerProven, serverKey, peer } : undefined;
  } catch (error) {
    throw await translated(error);
  }
}

/** The server sees to it on its side, but a relay in between may speak TLS 1.3 to it and an older one to us. */
function requireBound({ connected, peer, server }: CallLine): void {
  if (!connected || !peer.encrypted || peer.channelBinding !== undefined) return;
  const message = `OPAQUE needs TLS 1.3, which alone binds a login to its connection; ${server} speaks an older version.`;
  throw new ClientError("downgrade_refused", message);
}

/** Loaded only now: a command that needs no curve does not wait for one. */
async function opaque() {
  const [{ RegistrationStart, LoginStart }, { scryptStretch }, { channelProof }] = await Promise.all([
    import("../../opaque/opaque-client.js"),
    import("../../opaque/scrypt-stretch.js"),
    import("../../opaque/channel-proof.js"),
  ]);
  return { RegistrationStart, LoginStart, scryptStretch, channelProof };
}

/** Identity of the server is its public key, which is the default. None may be empty: no name is a name that nobody has. */
function identitiesOf(username: string): Identities {
  return { client: Buffer.from(username === "" ? "?" : username) };
}

function keyText(key: Uint8Array): string {
  return Buffer.from(key).toString("base64");
}

function withBytes<T>(password: string, use: (bytes: Uint8Array) => T): T {
  const bytes = Buffer.from(password.normalize("NFC"));
  try {
    return use(bytes);
  } finally {
    bytes.fill(0);
  }
}

async function translated(error: unknown): Promise<unknown> {
  const { OpaqueError } = await import("../../opaque/opaque-error.js");
  if (!(error instanceof OpaqueError)) return error;
  if (error.code === "refused") return new ClientError("bad_login", "Wrong name or password.", { cause: error });
  const message = "The server's answer is no message of OPAQUE; client and server may not fit together.";
  return new ClientError("bad_answer", message, { cause: error });
}
