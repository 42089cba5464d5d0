// The comments that stand above declarations in the .proto file, where the descriptors have kept them (descriptor.proto, SourceCodeInfo).
import type {
  DescEnum,
  DescEnumValue,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
} from "@bufbuild/protobuf";

type Commented = DescService | DescMethod | DescMessage | DescField | DescOneof | DescEnum | DescEnumValue;

/** As it was written, without the slashes; empty where there is none. */
export function commentLines(described: Commented): string[] {
  const wanted = pathOf(described).join(".");
  const file = "file" in described ? described.file : described.parent.file;
  const comment = commentsOf(file).get(wanted)?.trimEnd() ?? "";
  return comment === "" ? [] : comment.split("\n");
}

const known = new WeakMap<DescFile, ReadonlyMap<string, string>>();

function commentsOf(file: DescFile): ReadonlyMap<string, string> {
  const locations = file.proto.sourceCodeInfo?.location ?? [];
  const comments =
    known.get(file) ?? new Map(locations.map(({ path, leadingComments }) => [path.join("."), leadingComments]));
  known.set(file, comments);
  return comments;
}

/** Field numbers of descriptor.proto and indexes, by turns, from the file down to the declaration. */
function pathOf(described: Commented): number[] {
  switch (described.kind) {
    case "service":
      return [6, described.file.proto.service.indexOf(described.proto)];
    case "rpc":
      return [...pathOf(described.parent), 2, described.parent.proto.method.indexOf(described.proto)];
    case "enum_value":
      return [...pathOf(described.parent), 2, described.parent.proto.value.indexOf(described.proto)];
    case "field":
      return [...pathOf(described.parent), 2, described.parent.proto.field.indexOf(described.proto)];
    case "oneof":
      return [...pathOf(described.parent), 8, described.parent.proto.oneofDecl.indexOf(described.proto)];
    case "message":
      return described.parent === undefined
        ? [4, described.file.proto.messageType.indexOf(described.proto)]
        : [...pathOf(described.parent), 3, described.parent.proto.nestedType.indexOf(described.proto)];
    case "enum":
      return described.parent === undefined
        ? [5, described.file.proto.enumType.indexOf(described.proto)]
        : [...pathOf(described.parent), 4, described.parent.proto.enumType.indexOf(described.proto)];
  }
}
