// What a call of any service failed with: the server's own words, and its details as the schema knows them.
import { fromBinary, type JsonValue, type Registry, toJson } from "@bufbuild/protobuf";
import { RpcError, StatusCode } from "../../rpc/index.js";
import { ClientError, type ClientErrorCode } from "../client-error.js";
import { translateError } from "../error-translation.js";
import { printableText } from "../printable-text.js";

export interface CallCircumstances {
  readonly server: string;
  /** Whether a saved session went along. */
  readonly withSession: boolean;
}

export function translateCallError(
  error: unknown,
  registry: Registry,
  { server, withSession }: CallCircumstances,
): ClientError {
  // A reason is what this side found out; without one, the error is the server's answer.
  if (!(error instanceof RpcError) || error.reason !== undefined) return translateError(error, { server });
  const said = error.message === "" ? "" : `: ${printableText(error.message)}`;
  return new ClientError(codeOf(error.code, withSession), `The server answered ${error.codeName}${said}.`, {
    status: error.codeName,
    details: error.details.map((detail) => detailAsJson(detail, registry)),
    cause: error,
  });
}

function codeOf(code: StatusCode, withSession: boolean): ClientErrorCode {
  switch (code) {
    case StatusCode.UNAUTHENTICATED:
      return withSession ? "session_ended" : "not_logged_in";
    case StatusCode.DEADLINE_EXCEEDED:
      return "timed_out";
    default:
      return "call_failed";
  }
}

/** As protobuf writes an Any in JSON; bytes in base64 where the schema lacks the type, or the bytes are not of it. */
function detailAsJson({ typeUrl, value }: RpcError["details"][number], registry: Registry): JsonValue {
  const type = registry.getMessage(typeUrl.slice(typeUrl.lastIndexOf("/") + 1));
  try {
    if (type !== undefined) {
      const json = toJson(type, fromBinary(type, value), { registry });
      const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
      return { "@type": typeUrl, ...(isObject ? json : { value: json }) };
    }
  } catch {
    // A detail explains an error; one that is broken must not replace it.
  }
  return { "@type": typeUrl, value: Buffer.from(value).toString("base64") };
}
