// Why a field of a request is refused; becomes INVALID_ARGUMENT with an InvalidField detail.

import { InvalidField, type InvalidField_Reason } from "../gen/earshot/accounts/v1/accounts.js";
import { packDetail, RpcError, StatusCode } from "../rpc/index.js";

export interface Refusal {
  /** As the schema writes it. */
  readonly field:
    | ("username" | "password" | "request_id" | "session_id" | "current_password" | "new_password")
    | ("registration_request" | "record" | "ke1" | "proof");
  readonly reason: InvalidField_Reason;
  /** A sentence for people; never the value itself. */
  readonly description: string;
}

export function invalidArgument(refusal: Refusal): RpcError {
  return new RpcError(StatusCode.INVALID_ARGUMENT, refusal.description, {
    delivery: "answered",
    details: [packDetail(InvalidField, refusal)],
  });
}
