// Which padding a side has that asked for none, and that what was asked for is a policy.

import { PADDING_POLICIES, type PaddingPolicy } from "../wire/padding.js";
import { StatusCode } from "../wire/status-code.js";
import { RpcError } from "./rpc-error.js";

interface PaddedSide {
  readonly padding?: PaddingPolicy | undefined;
  readonly plaintext?: true | undefined;
}

/** @throws RpcError INVALID_ARGUMENT `bad_options` for what is no policy. */
export function paddingOf({ padding, plaintext }: PaddedSide): PaddingPolicy {
  const policy = padding ?? (plaintext === undefined ? "buckets" : "off");
  if (!PADDING_POLICIES.includes(policy)) {
    const message = `padding must be one of ${PADDING_POLICIES.join(", ")}`;
    throw new RpcError(StatusCode.INVALID_ARGUMENT, message, { reason: "bad_options", delivery: "not_sent" });
  }
  return policy;
}
