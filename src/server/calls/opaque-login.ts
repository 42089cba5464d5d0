// LoginStart and LoginFinish; and what other calls ask for in the place of a password: a login that was just made.

import type {
  LoginFinishRequest,
  LoginFinishResponse,
  LoginStartRequest,
  LoginStartResponse,
  PasswordProof,
} from "../../gen/earshot/accounts/v1/opaque.js";
import { channelProof } from "../../opaque/channel-proof.js";
import { OpaqueServer } from "../../opaque/opaque-server.js";
import { SIZES } from "../../opaque/sizes.js";
import { type CallContext, RpcError } from "../../rpc/index.js";
import { decodeRecord, encodeRecord, isOpaqueRecord } from "../opaque/opaque-record.js";
import type { PendingLogin } from "../opaque/pending-logins.js";
import { channelMismatch, channelUnbound, loginForgotten, loginRefused } from "../service-status.js";
import type { AccountRecord } from "../store/account-store.js";
import { normalizeUsername, usernameRefusal } from "../username.js";
import { decoded, identifierOf, identitiesOf, type OpaqueParts } from "./opaque-parts.js";
import { SessionOpening } from "./session-opening.js";

export interface ProvenLogin extends PendingLogin {
  readonly account: AccountRecord;
}

export class OpaqueLogin {
  readonly #parts: OpaqueParts;
  readonly #opening: SessionOpening;
  readonly #decoy: string;

  constructor(parts: OpaqueParts) {
    this.#parts = parts;
    this.#decoy = encodeRecord(new Uint8Array(SIZES.record), parts.keyId);
    this.#opening = new SessionOpening(parts);
  }

  /** The same work and the same answer for every name. It counts as failed until it is finished. */
  async start({ username: given, ke1 }: LoginStartRequest, ctx: CallContext): Promise<LoginStartResponse> {
    const { opaque, pending, store, throttle } = this.#parts;
    requireBound(ctx);
    const typed = normalizeUsername(given);
    const username = usernameRefusal(typed) === undefined ? typed : "";
    const attempt = await throttle.login({ username, address: ctx.peer.address });
    try {
      const found = await store.findAccount(username);
      const record = this.#recordOf(found);
      const names = { credentialIdentifier: identifierOf(username), identities: identitiesOf(username) };
      const { ke2, ...expected } = decoded("ke1", () => opaque.startLogin({ ke1, record, ...names }));
      const account = record && found;
      const { peer, connection } = ctx;
      const origin = { peer: { address: peer.address }, connection: { id: connection.id } };
      const proof = channelProof(expected.sessionKey, "server", peer.channelBinding);
      return { loginId: pending.add({ ...expected, account, attempt, origin }), ke2, channelProof: proof };
    } catch (error) {
      // What is no message of OPAQUE has cost as much, and counts.
      if (!(error instanceof RpcError)) await attempt.undone();
      throw error;
    }
  }

  async finish({ proof }: LoginFinishRequest, ctx: CallContext): Promise<LoginFinishResponse> {
    const { account, sessionKey } = await this.prove(proof, ctx, (account) => this.#opening.tellFailed(ctx, account));
    await this.#opening.refuseDisabled(account, ctx);
    const session = await this.#opening.open(account, ctx);
    return { ...session, channelProof: channelProof(sessionKey, "server", ctx.peer.channelBinding) };
  }

  /**
   * Each login that was begun proves one thing, once. `onRefused` is told of a password or a connection that is not the right one.
   * @throws RpcError ABORTED, UNAUTHENTICATED; FAILED_PRECONDITION with ChannelMismatch
   */
  async prove(
    proof: PasswordProof | undefined,
    ctx: CallContext,
    onRefused: (account: AccountRecord | undefined) => Promise<void>,
  ): Promise<ProvenLogin> {
    requireBound(ctx);
    const login = this.#parts.pending.take(proof?.loginId ?? new Uint8Array(0));
    if (login === undefined || proof === undefined) throw loginForgotten();
    try {
      const { account, sessionKey } = login;
      if (!OpaqueServer.isRight(login.expectedKe3, proof.ke3) || account === undefined) throw loginRefused();
      const expected = channelProof(sessionKey, "client", ctx.peer.channelBinding);
      if (!OpaqueServer.isRight(expected, proof.channelProof)) throw channelMismatch();
      await login.attempt.succeeded();
      return { ...login, account };
    } catch (error) {
      if (error instanceof RpcError) await onRefused(login.account);
      else await login.attempt.undone();
      throw error;
    }
  }

  /** Undefined for an account that logs in otherwise, which is answered as no account is; it all is the same work. */
  #recordOf(found: AccountRecord | undefined): Uint8Array | undefined {
    const isByOpaque = found !== undefined && isOpaqueRecord(found.passwordHash);
    const record = decodeRecord(isByOpaque ? found.passwordHash : this.#decoy, this.#parts.keyId);
    if (!isByOpaque) return undefined;
    if (record === undefined) {
      this.#parts.audit.tellError(new Error("an account was made under other OPAQUE keys than this server has"));
    }
    return record;
  }
}

/** Of what cannot be told apart, none may pass for another: a relay could speak TLS 1.2 to both sides. */
function requireBound({ peer }: CallContext): void {
  if (peer.encrypted && peer.channelBinding === undefined) throw channelUnbound();
}
