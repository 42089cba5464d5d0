// The part of ts-proto's generic definitions that calls need, as structural types: any generated service fits.
import type { BinaryReader } from "@bufbuild/protobuf/wire";

/**
 * A generated message type. `decode` may return views into its input. Methods, not function properties: their
 * parameters compare both ways, so the type of any message fits MessageType<object>.
 */
interface MessageType<T = object> {
  readonly $type?: string;
  encode(message: T): { finish(): Uint8Array };
  decode(input: BinaryReader | Uint8Array): T;
  fromPartial(object: object): T;
}

export interface MethodDefinition {
  readonly name: string;
  readonly requestType: MessageType;
  readonly requestStream: boolean;
  readonly responseType: MessageType;
  readonly responseStream: boolean;
}

export interface ServiceDefinition {
  readonly name: string;
  readonly fullName: string;
  readonly methods: Readonly<Record<string, MethodDefinition>>;
}

/** "package.Service/Method", as Request.method carries it. */
export function methodPath(
  service: Pick<ServiceDefinition, "fullName">,
  method: Pick<MethodDefinition, "name">,
): string {
  return `${service.fullName}/${method.name}`;
}
