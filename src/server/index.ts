// What `earshot/server` exports.

export { type AccountServer, type AccountServerOptions, createAccountServer } from "./account-server.js";
export type { AccountEvents, AccountService } from "./account-service.js";
export type { AuditEvent, AuditKind } from "./audit-event.js";
export type { SessionLifetime } from "./calls/session-guard.js";
export { CertificateError, type CertificateErrorCode } from "./certificate/certificate-error.js";
export { type LoadedCertificate, openCertificateFolder } from "./certificate/certificate-folder.js";
export { ServerMetrics } from "./metrics/server-metrics.js";
export type { PasswordHasherOptions } from "./password/password-hasher.js";
export type { AccountStore } from "./store/account-store.js";
export { openStore, type StoreOptions } from "./store/open-store.js";
export { StoreError, type StoreErrorCode } from "./store/store-error.js";
export type { ThrottleOption } from "./throttle/open-throttle.js";
export type { ThrottleLimit, ThrottleLimits } from "./throttle/throttle-limits.js";
