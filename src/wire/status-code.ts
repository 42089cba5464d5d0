// gRPC's status codes: numbers, names and meaning (grpc.github.io/grpc/core/md_doc_statuscodes.html).

export const StatusCode = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

export type StatusCodeName = keyof typeof StatusCode;
export type StatusCode = (typeof StatusCode)[StatusCodeName];

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(StatusCode).map(([name, code]) => [code, name]));

/** "NOT_FOUND" for 5; "CODE_99" for a number that has no name, which a newer peer may send. */
export function statusName(code: number): string {
  return NAMES.get(code) ?? `CODE_${code}`;
}
