// One account on one server, for tests that change what passes between the two.
import { type Identities, LoginStart, RegistrationStart, type Stretch } from "../../src/opaque/opaque-client.js";
import { OpaqueServer } from "../../src/opaque/opaque-server.js";

/** Stretches nothing: what is slow about a login is not what these tests are about. */
export const stretchNothing: Stretch = async (input) => Uint8Array.from(input);

const encode = (text: string) => new TextEncoder().encode(text);

export class OpaqueAccount {
  readonly context = encode("Earshot test");
  readonly identities: Identities = { client: encode("maria"), server: encode("accounts.test") };
  readonly credentialIdentifier = encode("account 1");
  readonly password = encode("correct horse battery staple");
  readonly server = new OpaqueServer(OpaqueServer.newKeys(), this.context);

  /** `onRequest` and `onResponse` stand for who sits between the two. */
  async register(onRequest = unchanged, onResponse = unchanged): Promise<Uint8Array> {
    const start = new RegistrationStart(this.password);
    const response = this.server.register(onRequest(start.request), this.credentialIdentifier);
    const registration = await start.finish(onResponse(response), this.identities, stretchNothing);
    this.server.checkRecord(registration.record);
    return registration.record;
  }

  startLogin(ke1: Uint8Array, record: Uint8Array | undefined) {
    const { credentialIdentifier, identities } = this;
    return this.server.startLogin({ ke1, record, credentialIdentifier, identities });
  }

  /** True when the server takes the client's KE3; throws what either side throws before. */
  async login(record: Uint8Array | undefined, changes: LoginChanges = {}): Promise<boolean> {
    const { onKe1 = unchanged, onKe2 = unchanged, onKe3 = unchanged } = changes;
    const start = new LoginStart(changes.password ?? this.password, changes.context ?? this.context);
    const answer = this.startLogin(onKe1(start.ke1), record);
    const login = await start.finish(onKe2(answer.ke2), changes.identities ?? this.identities, stretchNothing);
    return OpaqueServer.isRight(answer.expectedKe3, onKe3(login.ke3));
  }
}

export interface LoginChanges {
  readonly onKe1?: (message: Uint8Array) => Uint8Array;
  readonly onKe2?: (message: Uint8Array) => Uint8Array;
  readonly onKe3?: (message: Uint8Array) => Uint8Array;
  readonly password?: Uint8Array;
  readonly context?: Uint8Array;
  readonly identities?: Identities;
}

function unchanged(message: Uint8Array): Uint8Array {
  return message;
}
