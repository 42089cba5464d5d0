// Which observer reads which protocol.
import type { Application } from "./event.js";
import { DelimitedObserver } from "./message/delimited-observer.js";
import { FrameObserver } from "./message/frame-observer.js";
import { HttpObserver } from "./message/http-observer.js";
import { Http2Observer } from "./message/http2-observer.js";
import { LdapLogin } from "./message/ldap-login.js";
import { LineObserver } from "./message/line-observer.js";
import { isLineProtocol } from "./message/line-rules.js";
import { LoginObserver, type LoginTalk } from "./message/login-observer.js";
import { MysqlLogin } from "./message/mysql-login.js";
import { OpaqueObserver } from "./message/opaque-observer.js";
import { PostgresqlLogin } from "./message/postgresql-login.js";
import { RedisObserver } from "./message/redis-observer.js";
import type { MessageShape, Schema } from "./message/schema.js";
import { SocksLogin } from "./message/socks-login.js";
import { inflateMessage } from "./message-inflater.js";
import type { Conversation } from "./stream/stream-event.js";
import type { Observer } from "./stream-watch.js";
import type { AssessedTransport, Assessor } from "./tls/assessor.js";
import type { CertificateReader } from "./tls/certificate-reader.js";
import { type DatagramObserverOptions, DtlsObserver } from "./tls/dtls-observer.js";
import type { KeyLog } from "./tls/key-log.js";
import { OpenvpnObserver } from "./tls/openvpn-observer.js";
import { QuicObserver } from "./tls/quic-observer.js";
import { TlsObserver } from "./tls/tls-observer.js";

export interface ObserverMeans {
  readonly schema: () => Schema | undefined;
  /** Messages that a person gave the schema of: looked for where nothing else fits. */
  readonly foreignMessages: () => readonly MessageShape[];
  readonly certificates: CertificateReader;
  /** Undefined while there are none: without keys, ciphertext need not be kept. */
  readonly keys: () => KeyLog | undefined;
  /** undefined where handshakes are not judged. */
  readonly newAssessor: ((transport: AssessedTransport, midstream: boolean) => Assessor) | undefined;
}

export function observerFor(application: Application, conversation: Conversation, means: ObserverMeans): Observer {
  switch (application) {
    case "tls":
      return newTlsObserver(conversation, means);
    case "dtls":
      return new DtlsObserver(conversation, datagramOptions("dtls", conversation, means));
    case "quic":
      return new QuicObserver(conversation, datagramOptions("quic", conversation, means));
    case "openvpn":
      return new OpenvpnObserver(conversation, newTlsObserver(conversation, means));
    case "earshot":
      return new FrameObserver(conversation, { schema: means.schema });
    case "http":
      return new HttpObserver(conversation);
    case "http2":
      return new Http2Observer(conversation, { schema: means.schema, inflate: inflateMessage });
    default:
      return plainObserverFor(application, conversation, means);
  }
}

function newTlsObserver(conversation: Conversation, { certificates, keys, newAssessor }: ObserverMeans): TlsObserver {
  const known = keys();
  const assessor = newAssessor?.("tls", conversation.midstream);
  const options = known === undefined ? { certificates, assessor } : { certificates, assessor, keys: known };
  return new TlsObserver(conversation, options);
}

function datagramOptions(
  transport: AssessedTransport,
  conversation: Conversation,
  { certificates, keys, newAssessor }: ObserverMeans,
): DatagramObserverOptions {
  return { certificates, keys: keys(), assessor: newAssessor?.(transport, conversation.midstream) };
}

function plainObserverFor(application: string, conversation: Conversation, means: ObserverMeans): Observer {
  if (isLineProtocol(application)) return new LineObserver(conversation, application);
  const talk = LOGINS.get(application);
  if (talk !== undefined) return new LoginObserver(conversation, talk());
  if (application === "redis") return new RedisObserver(conversation);
  const messages = application === "unknown" && !conversation.midstream ? means.foreignMessages() : [];
  if (messages.length > 0 && conversation.protocol === "tcp") return new DelimitedObserver(conversation, messages);
  return new OpaqueObserver(conversation, application);
}

const LOGINS: ReadonlyMap<string, () => LoginTalk> = new Map<string, () => LoginTalk>([
  ["mysql", () => new MysqlLogin()],
  ["postgresql", () => new PostgresqlLogin()],
  ["ldap", () => new LdapLogin()],
  ["socks", () => new SocksLogin()],
]);
