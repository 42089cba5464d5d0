// A call of one request and one response, as a promise.

import type { ResponseFrame } from "../../wire/frame.js";
import { decodeMessage } from "../message-codec.js";
import type { RpcError } from "../rpc-error.js";
import { type CallKeeper, type CallOpening, type CallRoute, ClientCall } from "./client-call.js";

export class UnaryCall extends ClientCall {
  readonly creditBytes = 0;
  readonly streamsRequests = false;
  readonly repeatable = true;
  readonly #resolve: (response: object) => void;
  readonly #reject: (error: RpcError) => void;

  constructor(
    keeper: CallKeeper,
    route: CallRoute,
    opening: CallOpening,
    resolve: (response: object) => void,
    reject: (error: RpcError) => void,
  ) {
    super(keeper, route, opening);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  protected override onAnswer(frame: ResponseFrame): void {
    let response: object;
    try {
      response = decodeMessage(this.route.method.responseType, frame.payload);
    } catch (cause) {
      this.#reject(this.badResponse(cause));
      return;
    }
    this.#resolve(response);
  }

  protected override onFailure(error: RpcError): void {
    this.#reject(error);
  }
}
