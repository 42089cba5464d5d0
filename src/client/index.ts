// What `earshot/client` exports.
export {
  AccountClient,
  type PasswordChange,
} from "./account-client.js";
export type {
  Account,
  Credentials,
  ExportedAccount,
  ExportPart,
  ListedSession,
  PasswordReset,
  SecurityEvent,
  Session,
  SessionOwner,
} from "./account-values.js";
export type { AccountClientOptions } from "./call-line.js";
export { ClientError, type ClientErrorCode } from "./client-error.js";
export type {
  OpaqueAccounts,
  OpaqueOptions,
  OpaquePasswordChange,
} from "./opaque/opaque-accounts.js";
