import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import t from "tap";
import { Schema, SchemaError } from "../../../src/sniffer/message/schema.js";

const proto = (name: string) => {
  const path = fileURLToPath(new URL(`../../../../proto/${name}`, import.meta.url));
  return { name, text: readFileSync(path, "utf8") };
};
const OWN = [proto("earshot/call/v1/call.proto"), proto("earshot/accounts/v1/accounts.proto")];

t.test("a method gives the shapes of its messages, with what must not be shown", async (t) => {
  const method = Schema.parse(protobuf, OWN).method("earshot.accounts.v1.AccountService/Login");
  t.equal(method?.request.name, "earshot.accounts.v1.LoginRequest");
  t.match(method?.request.fields.get(1), { name: "username", kind: "string", redact: false });
  t.match(method?.request.fields.get(2), { name: "password", kind: "string", redact: true });
  t.match(method?.response.fields.get(2), { name: "session_token", redact: true });
  t.equal(method?.response.fields.get(1)?.message?.name, "earshot.accounts.v1.Account");
});

t.test("what is unknown is undefined, whatever it is called", async (t) => {
  const schema = Schema.parse(protobuf, OWN);
  const paths = [
    "",
    "/",
    "a",
    "a/b",
    "earshot.accounts.v1.AccountService/Nope",
    "earshot.accounts.v1.AccountService/",
    "earshot.accounts.v1.Account/x",
    "earshot.accounts.v1.AccountService/constructor",
    "__proto__/__proto__",
  ];
  for (const path of paths) t.equal(schema.method(path), undefined, path);
  t.equal(schema.message("nope"), undefined);
  t.equal(schema.message("earshot.accounts.v1"), undefined, "a package is no message");
  t.equal(schema.message(".earshot.accounts.v1.Account")?.name, "earshot.accounts.v1.Account");
});

t.test("imports of well-known types are at hand, also those that came with nobody", async (t) => {
  const text =
    'syntax = "proto3"; package a; import "google/protobuf/timestamp.proto"; import "gone.proto"; message M { google.protobuf.Timestamp at = 1; gone.Type lost = 2; int32 kept = 3; }';
  const shape = Schema.parse(protobuf, [{ name: "a.proto", text }]).message("a.M");
  t.equal(shape?.fields.get(1)?.message?.name, "google.protobuf.Timestamp");
  t.equal(shape?.fields.get(2), undefined, "a field of a type that is not there goes by number");
  t.equal(shape?.fields.get(3)?.name, "kept");
});

t.test("messages that hold themselves, maps, enums and repeated fields have shapes", async (t) => {
  const text =
    'syntax = "proto3"; package a; message M { M self = 1; map<string, M> all = 2; E kind = 3; repeated int32 many = 4; enum E { ZERO = 0; ONE = 1; } message Inner { bool on = 1; } }';
  const schema = Schema.parse(protobuf, [{ name: "a.proto", text }]);
  const shape = schema.message("a.M");
  t.equal(shape?.fields.get(1)?.message, shape);
  t.match(shape?.fields.get(2), { map: true, kind: "message" });
  t.equal(shape?.fields.get(2)?.message?.fields.get(2)?.message, shape);
  t.equal(shape?.fields.get(3)?.enumNames?.get(1), "ONE");
  t.match(shape?.fields.get(4), { repeated: true, kind: "int32" });
  t.same(
    schema.topLevelMessages().map(({ name }) => name),
    ["a.M"],
  );
});

t.test("a file that is no schema is named, and so is a name that comes twice", async (t) => {
  const broken = () => Schema.parse(protobuf, [{ name: "x/bad.proto", text: "message {" }]);
  t.throws(broken, { name: "SchemaError", code: "parse", message: /^x\/bad\.proto: / });
  const one = { name: "one.proto", text: 'syntax = "proto3"; message M {}' };
  const twice = () => Schema.parse(protobuf, [one, { ...one, name: "two.proto" }]);
  t.throws(twice, { name: "SchemaError", code: "duplicate", message: /^two\.proto: / });
  t.ok(Schema.parse(protobuf, [one, one]) instanceof Schema, "the same name again replaces the file");
  t.ok(new SchemaError("parse", "x") instanceof Error);
});
