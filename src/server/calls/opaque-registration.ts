// RegisterStart and RegisterFinish: an account whose password this server never sees.

import type {
  RegisterFinishRequest,
  RegisterFinishResponse,
  RegisterStartRequest,
  RegisterStartResponse,
} from "../../gen/earshot/accounts/v1/opaque.js";
import { type CallContext, RpcError } from "../../rpc/index.js";
import { newId } from "../audit-event.js";
import { requestIdReused, usernameTaken } from "../service-status.js";
import { normalizeUsername } from "../username.js";
import { accountMessage } from "./account-messages.js";
import { decoded, identifierOf, type OpaqueParts, storedRecord } from "./opaque-parts.js";
import { checkNames, checkUsername } from "./registration.js";

export class OpaqueRegistration {
  readonly #parts: OpaqueParts;

  constructor(parts: OpaqueParts) {
    this.#parts = parts;
  }

  /**
   * Counted as an attempt to log in with that name: who has the answer to LoginStart could otherwise try password after
   * password on it by this call alone.
   */
  async start(request: RegisterStartRequest, ctx: CallContext): Promise<RegisterStartResponse> {
    const { opaque, throttle } = this.#parts;
    const username = normalizeUsername(request.username);
    checkUsername(username);
    await throttle.login({ username, address: ctx.peer.address });
    const { registrationRequest } = request;
    const respond = (): Uint8Array => opaque.register(registrationRequest, identifierOf(username));
    return { registrationResponse: decoded("registration_request", respond) };
  }

  async finish(request: RegisterFinishRequest, ctx: CallContext): Promise<RegisterFinishResponse> {
    const { store, audit } = this.#parts;
    const username = normalizeUsername(request.username);
    checkNames(request, username);
    const passwordHash = storedRecord(this.#parts, request.record);
    const attempt = await this.#parts.throttle.register(ctx.peer.address);
    const atMs = audit.now();
    const requestId = request.requestId.length === 0 ? newId(atMs) : request.requestId;
    const account = { accountId: newId(atMs), username, passwordHash, requestId, createdAtMs: atMs };
    const event = audit.event("registered", ctx, account);
    try {
      const outcome = await store.register(account, event);
      if (outcome.kind === "username_taken") throw usernameTaken(username);
      if (outcome.kind === "registered") audit.tell(event);
      else if (outcome.account.username !== username || outcome.account.passwordHash !== passwordHash) {
        throw requestIdReused();
      }
      return { account: accountMessage(outcome.kind === "repeated" ? outcome.account : account) };
    } catch (error) {
      if (!(error instanceof RpcError)) await attempt.undone();
      throw error;
    }
  }
}
