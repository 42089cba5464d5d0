// Register: makes an account, once for each request id.

import type { RegisterRequest, RegisterResponse } from "../../gen/earshot/accounts/v1/accounts.js";
import { InvalidField_Reason as Reason } from "../../gen/earshot/accounts/v1/accounts.js";
import { type CallContext, RpcError } from "../../rpc/index.js";
import { newId } from "../audit-event.js";
import { invalidArgument } from "../refusal.js";
import { requestIdReused, usernameTaken } from "../service-status.js";
import type { AccountRecord } from "../store/account-store.js";
import type { Attempt } from "../throttle/login-throttle.js";
import { normalizeUsername, usernameRefusal } from "../username.js";
import { accountMessage } from "./account-messages.js";
import type { AccountParts } from "./account-parts.js";
import { callerOf } from "./call-audit.js";
import { newPassword } from "./new-password.js";
import { undo } from "./password-check.js";

const REQUEST_ID_BYTES = 16;

export class Registration {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  async register(request: RegisterRequest, ctx: CallContext): Promise<RegisterResponse> {
    const { store, audit } = this.#parts;
    const username = normalizeUsername(request.username);
    checkNames(request, username);
    const passwordHash = await this.#hash(request.password, username, ctx);
    const atMs = audit.now();
    const requestId = request.requestId.length === 0 ? newId(atMs) : request.requestId;
    const account = { accountId: newId(atMs), username, passwordHash, requestId, createdAtMs: atMs };
    const event = audit.event("registered", ctx, account);
    const outcome = await store.register(account, event);
    if (outcome.kind === "username_taken") {
      throw usernameTaken(username);
    }
    if (outcome.kind === "repeated") {
      await this.#checkRepeated(outcome.account, username, request.password, ctx);
      return { account: accountMessage(outcome.account) };
    }
    audit.tell(event);
    return { account: accountMessage(account) };
  }

  /** The password is judged only for who has a place in the queue and was not here too often: that takes time. */
  async #hash(password: string, username: string, ctx: CallContext): Promise<string> {
    const { hasher, throttle } = this.#parts;
    let counted: Promise<Attempt> | undefined;
    const choose = async (): Promise<string> => {
      counted = throttle.register(ctx.peer.address);
      await counted;
      return newPassword(password, username, "password");
    };
    try {
      return await hasher.hash(choose, callerOf(ctx), ctx.signal);
    } catch (error) {
      if (!(error instanceof RpcError)) {
        await undo(counted);
      }
      throw error;
    }
  }

  /** A repeated request id is the same request only with the same name and password; else it is a mistake, or theft. */
  async #checkRepeated(found: AccountRecord, username: string, password: string, ctx: CallContext): Promise<void> {
    const { matches } = await this.#parts.hasher.verify(
      password.normalize("NFC"),
      async () => found.passwordHash,
      callerOf(ctx),
      ctx.signal,
    );
    if (!matches || found.username !== username) {
      throw requestIdReused();
    }
  }
}

/** @throws RpcError INVALID_ARGUMENT */
export function checkNames({ requestId }: Pick<RegisterRequest, "requestId">, username: string): void {
  if (requestId.length !== 0 && requestId.length !== REQUEST_ID_BYTES) {
    const description = `a request_id has ${REQUEST_ID_BYTES} bytes, or none`;
    throw invalidArgument({ field: "request_id", reason: Reason.REASON_MALFORMED, description });
  }
  checkUsername(username);
}

/** @throws RpcError INVALID_ARGUMENT */
export function checkUsername(username: string): void {
  const refusal = usernameRefusal(username);
  if (refusal !== undefined) {
    throw invalidArgument(refusal);
  }
}
