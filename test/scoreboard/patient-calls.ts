// Calls as careful programs make them: what fails for a passing reason is asked again, a registration under the same request id.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { type Connection, RpcError, type ServiceClient, StatusCode, statusName } from "../../src/rpc/index.js";

export type Accounts = ServiceClient<typeof AccountServiceDefinition>;

export const PASSWORD = "six purple walruses juggle";
const PAUSE_MS = 10;
const REQUEST_ID_BYTES = 16;
/** What faults may bring; everything else is an answer. */
const FAULTS: ReadonlySet<StatusCode> = new Set([
  StatusCode.UNAVAILABLE,
  StatusCode.DEADLINE_EXCEEDED,
  StatusCode.RESOURCE_EXHAUSTED,
  StatusCode.ABORTED,
]);

export interface Registered {
  readonly username: string;
  /** Hexadecimal. */
  readonly accountId: string;
}

export interface Patience {
  readonly timeoutMs: number;
  /** Told of every attempt that failed for a passing reason. */
  readonly onFault: (error: RpcError, tookMs: number) => void;
  /** Who gives up has no answer. */
  readonly isOver: () => boolean;
}

export function accountsOf(connection: Connection): Accounts {
  return connection.client(AccountServiceDefinition);
}

export function newUsername(): string {
  return `u${randomBytes(8).toString("hex")}`;
}

/** Undefined when it was over before there was an answer. @throws what is an answer, but not the right one */
export async function registerPatiently(
  accounts: Accounts,
  username: string,
  patience: Patience,
  onAttempt: (begunMs: number) => void = () => undefined,
  password = PASSWORD,
): Promise<Registered | undefined> {
  const request = { username, password, requestId: randomBytes(REQUEST_ID_BYTES) };
  const answer = await patiently(patience, onAttempt, (call) => accounts.register(request, call));
  return answer === undefined ? undefined : { username, accountId: hex(answer.account?.accountId) };
}

export async function patiently<T>(
  { timeoutMs, onFault, isOver }: Patience,
  onAttempt: (begunMs: number) => void,
  work: (call: { timeoutMs: number }) => Promise<T>,
): Promise<T | undefined> {
  while (!isOver()) {
    const begunMs = performance.now();
    onAttempt(begunMs);
    try {
      return await work({ timeoutMs });
    } catch (error) {
      if (!isFault(error)) {
        throw error;
      }
      onFault(error, performance.now() - begunMs);
      await sleep(PAUSE_MS);
    }
  }
  return undefined;
}

function isFault(error: unknown): error is RpcError {
  return error instanceof RpcError && FAULTS.has(error.code);
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}

/** For `broken`. */
export function told(error: unknown): string {
  if (error instanceof RpcError) {
    return `${statusName(error.code)} ${error.message}`;
  }
  return error instanceof Error ? error.message : String(error);
}
