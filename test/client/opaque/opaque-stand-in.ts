// The OPAQUE half of a stand-in server: accounts in memory, real keys, and answers that a test may spoil.
import { randomBytes } from "node:crypto";
import {
  ChannelMismatch,
  type OpaqueServiceDefinition,
  type PasswordProof,
} from "../../../src/gen/earshot/accounts/v1/opaque.js";
import { channelProof } from "../../../src/opaque/channel-proof.js";
import { type LoginAnswer, OpaqueServer } from "../../../src/opaque/opaque-server.js";
import { type CallContext, RpcError, type ServiceHandlers, StatusCode } from "../../../src/rpc/index.js";
import { ACCOUNT, TOKEN } from "../stand-in-server.js";

export type OpaqueHandlers = ServiceHandlers<typeof OpaqueServiceDefinition>;

const CONTEXT = Buffer.from("earshot.accounts.v1.OpaqueService");
const EXPIRES_AT_MS = 1_900_000_000_000n;

export class OpaqueStandIn {
  readonly server = new OpaqueServer(OpaqueServer.newKeys(), CONTEXT);
  readonly records = new Map<string, Uint8Array>();
  /** Names of the methods that were called, in order. */
  readonly calls: string[] = [];
  readonly #logins = new Map<string, LoginAnswer>();

  get serverKey(): string {
    return Buffer.from(this.server.publicKey).toString("base64");
  }

  /** `spoiled` takes the place of what it names, and may call the honest one. */
  handlers(spoiled: (honest: OpaqueHandlers) => Partial<OpaqueHandlers> = () => ({})): OpaqueHandlers {
    const honest = this.#honest();
    const all = { ...honest, ...spoiled(honest) };
    const noted = Object.entries(all).map(([name, handler]) => [
      name,
      (request: never, ctx: CallContext) => {
        this.calls.push(name);
        return (handler as (request: never, ctx: CallContext) => unknown)(request, ctx);
      },
    ]);
    return Object.fromEntries(noted) as OpaqueHandlers;
  }

  #honest(): OpaqueHandlers {
    return {
      registerStart: async ({ username, registrationRequest }) => ({
        registrationResponse: this.server.register(registrationRequest, Buffer.from(username)),
      }),
      registerFinish: async ({ username, record }) => {
        this.records.set(username, record);
        return { account: { ...ACCOUNT, username } };
      },
      loginStart: async ({ username, ke1 }, ctx) => {
        const identity = Buffer.from(username);
        const names = { credentialIdentifier: identity, identities: { client: identity } };
        const answer = this.server.startLogin({ ke1, record: this.records.get(username), ...names });
        const loginId = randomBytes(16);
        this.#logins.set(loginId.toString("hex"), answer);
        const proofOfServer = channelProof(answer.sessionKey, "server", ctx.peer.channelBinding);
        return { loginId, ke2: answer.ke2, channelProof: proofOfServer };
      },
      loginFinish: async ({ proof }, ctx) => {
        const { sessionKey } = this.#proven(proof, ctx);
        const proofOfServer = channelProof(sessionKey, "server", ctx.peer.channelBinding);
        return { account: ACCOUNT, sessionToken: TOKEN, expiresAtMs: EXPIRES_AT_MS, channelProof: proofOfServer };
      },
      upgrade: async ({ record }) => {
        this.records.set("alice", record);
        return {};
      },
      replaceRecord: async ({ proof, record }, ctx) => {
        this.#proven(proof, ctx);
        this.records.set("alice", record);
        return {};
      },
      resetRecord: async ({ username, record }) => {
        this.records.set(username, record);
        return {};
      },
      deleteOpaqueAccount: async ({ proof }, ctx) => {
        this.#proven(proof, ctx);
        return {};
      },
    };
  }

  #proven(proof: PasswordProof | undefined, ctx: CallContext): LoginAnswer {
    const login = this.#logins.get(Buffer.from(proof?.loginId ?? []).toString("hex"));
    if (login === undefined || proof === undefined) throw new RpcError(StatusCode.ABORTED, "begin again");
    if (!OpaqueServer.isRight(login.expectedKe3, proof.ke3)) throw new RpcError(StatusCode.UNAUTHENTICATED, "wrong");
    const expected = channelProof(login.sessionKey, "client", ctx.peer.channelBinding);
    if (Buffer.compare(expected, proof.channelProof) === 0) return login;
    throw new RpcError(StatusCode.FAILED_PRECONDITION, "relayed", { details: [[ChannelMismatch, {}]] });
  }
}
