// What `earshot/client` exports.
export {
  AccountClient,
  type AccountClientOptions,
  type Credentials,
  type PasswordChange,
  type PasswordReset,
} from "./account-client.js";
export type {
  Account,
  ExportedAccount,
  ExportPart,
  ListedSession,
  SecurityEvent,
  Session,
  SessionOwner,
} from "./account-values.js";
export { ClientError, type ClientErrorCode } from "./client-error.js";
