// Failed calls, for tests that look at how they failed.

import { type Delivery, RpcError } from "../../src/rpc/index.js";

/** The RpcError of a call that must fail. */
export async function failure(call: Promise<unknown>): Promise<RpcError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RpcError) {
      return error;
    }
    throw error;
  }
  throw new Error("the call did not fail");
}

/** What programs decide by. */
export function summary({ codeName, reason, delivery }: RpcError): [string, string | undefined, Delivery] {
  return [codeName, reason, delivery];
}
