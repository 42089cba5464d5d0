// What `earshot/client` exports.
export {
  type Account,
  AccountClient,
  type AccountClientOptions,
  type Credentials,
  type Session,
  type SessionOwner,
} from "./account-client.js";
export { ClientError, type ClientErrorCode } from "./client-error.js";
