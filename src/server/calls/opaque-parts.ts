// What the calls of OpaqueService share, beside what all calls on accounts do.

import { InvalidField_Reason as Reason } from "../../gen/earshot/accounts/v1/accounts.js";
import type { Identities } from "../../opaque/opaque-client.js";
import { OpaqueError } from "../../opaque/opaque-error.js";
import type { OpaqueServer } from "../../opaque/opaque-server.js";
import { encodeRecord } from "../opaque/opaque-record.js";
import type { PendingLogins } from "../opaque/pending-logins.js";
import { invalidArgument, type Refusal } from "../refusal.js";
import type { AccountParts } from "./account-parts.js";

export interface OpaqueParts extends AccountParts {
  readonly opaque: OpaqueServer;
  /** Names the keys of `opaque`, in the store. */
  readonly keyId: string;
  readonly pending: PendingLogins;
}

/** In the place of a name that no account can have: it must not be empty, and is no account's. */
const NO_NAME = "?";

/** A name is what OPAQUE knows an account by: its bytes are the credential identifier and the client's identity. */
export function identifierOf(username: string): Uint8Array {
  return Buffer.from(username === "" ? NO_NAME : username);
}

export function identitiesOf(username: string): Identities {
  return { client: identifierOf(username) };
}

/** Turns what OPAQUE says of a message that cannot be one into a refusal. */
export function decoded<T>(field: Refusal["field"], decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof OpaqueError)) throw error;
    const description = `${field} is no message of OPAQUE with P256-SHA256 (RFC 9807)`;
    throw invalidArgument({ field, reason: Reason.REASON_MALFORMED, description });
  }
}

/** A record in the form of the store. @throws RpcError INVALID_ARGUMENT for what no client can log in with. */
export function storedRecord({ opaque, keyId }: OpaqueParts, record: Uint8Array): string {
  decoded("record", () => opaque.checkRecord(record));
  return encodeRecord(record, keyId);
}
