// Which observer reads which protocol.
import type { Application } from "./event.js";
import { DatabaseObserver, isDatabase } from "./message/database-observer.js";
import { DelimitedObserver } from "./message/delimited-observer.js";
import { FrameObserver } from "./message/frame-observer.js";
import { HttpObserver } from "./message/http-observer.js";
import { LineObserver } from "./message/line-observer.js";
import { isLineProtocol } from "./message/line-rules.js";
import { OpaqueObserver } from "./message/opaque-observer.js";
import type { MessageShape, Schema } from "./message/schema.js";
import type { Conversation } from "./stream/stream-event.js";
import type { Observer } from "./stream-watch.js";
import type { CertificateReader } from "./tls/certificate-reader.js";
import { DtlsObserver } from "./tls/dtls-observer.js";
import type { KeyLog } from "./tls/key-log.js";
import { QuicObserver } from "./tls/quic-observer.js";
import { TlsObserver } from "./tls/tls-observer.js";

export interface ObserverMeans {
  readonly schema: () => Schema | undefined;
  /** Messages that a person gave the schema of: looked for where nothing else fits. */
  readonly foreignMessages: () => readonly MessageShape[];
  readonly certificates: CertificateReader;
  /** Undefined while there are none: without keys, ciphertext need not be kept. */
  readonly keys: () => KeyLog | undefined;
}

export function observerFor(application: Application, conversation: Conversation, means: ObserverMeans): Observer {
  switch (application) {
    case "tls":
      return newTlsObserver(conversation, means);
    case "dtls":
      return new DtlsObserver(conversation, { certificates: means.certificates });
    case "quic":
      return new QuicObserver(conversation, { certificates: means.certificates });
    case "earshot":
      return new FrameObserver(conversation, { schema: means.schema });
    case "http":
      return new HttpObserver(conversation);
    default:
      return plainObserverFor(application, conversation, means);
  }
}

function newTlsObserver(conversation: Conversation, { certificates, keys }: ObserverMeans): Observer {
  const known = keys();
  return new TlsObserver(conversation, known === undefined ? { certificates } : { certificates, keys: known });
}

function plainObserverFor(application: string, conversation: Conversation, means: ObserverMeans): Observer {
  if (isLineProtocol(application)) return new LineObserver(conversation, application);
  if (isDatabase(application)) return new DatabaseObserver(conversation, application);
  const messages = application === "unknown" && !conversation.midstream ? means.foreignMessages() : [];
  if (messages.length > 0 && conversation.protocol === "tcp") return new DelimitedObserver(conversation, messages);
  return new OpaqueObserver(conversation, application);
}
