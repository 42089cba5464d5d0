// Finding methods by what people write, and what the server sends in any order.
import { create, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import t from "tap";
import { CallSchema } from "../../../src/client/call/call-schema.js";
import { describeSymbol } from "../../../src/client/call/symbol-text.js";
import { descriptorSetBase64 } from "../../../src/gen/descriptor-set.js";
import { shopSchema } from "./every-kind.js";

const schema = shopSchema();

t.test("methods are listed whole, and sorted", async (t) => {
  t.same(schema.methodPaths, [
    "shop.v1.BankService/Buy",
    "shop.v1.ShopService/Buy",
    "shop.v1.ShopService/Haggle",
    "shop.v1.ShopService/Load",
    "shop.v1.ShopService/Watch",
  ]);
});

t.test("a method is found by its whole path or by enough of it", async (t) => {
  const ways = [
    "shop.v1.ShopService/Buy",
    "/shop.v1.ShopService/Buy",
    "ShopService/Buy",
    "ShopService.Buy",
    "v1.ShopService/Buy",
  ];
  for (const written of [...ways, "shop.v1.ShopService.Buy"]) {
    t.equal(schema.method(written).parent.typeName, "shop.v1.ShopService", written);
  }
});

t.test("what is not there, or not clear, is an error with a way out", async (t) => {
  for (const written of ["ShopService/Sell", "Service/Buy", "", "Buy", "shopservice/buy", "Shop\u001bService/Buy"]) {
    t.throws(() => schema.method(written), { message: /There is no .* in the schema: see client call --list/ });
  }
  const twice = new CallSchema(
    ["a", "b"].map((name) =>
      create(FileDescriptorProtoSchema, {
        name: `${name}.proto`,
        package: name,
        messageType: [{ name: "M" }],
        service: [{ name: "S", method: [{ name: "Do", inputType: `.${name}.M`, outputType: `.${name}.M` }] }],
      }),
    ),
  );
  t.throws(() => twice.method("S/Do"), { message: /could be any of these.*a\.S\/Do, b\.S\/Do/ });
  t.equal(twice.method("b.S/Do").parent.typeName, "b.S");
});

t.test("files that import each other in a circle, or lack what they use, are an error in words", async (t) => {
  const field = { name: "x", number: 1, type: 11, label: 1, typeName: ".gone.M" };
  const lacking = { name: "a.proto", dependency: ["b.proto"], messageType: [{ name: "M", field: [field] }] };
  const circle = { name: "b.proto", dependency: ["a.proto"] };
  const files = [lacking, circle].map((file) => create(FileDescriptorProtoSchema, file));
  t.throws(() => new CallSchema(files), { message: /not whole/ });
});

t.test("symbols are described as a .proto file would", async (t) => {
  t.same(describeSymbol(schema, "ShopService"), [
    "service shop.v1.ShopService {",
    "  rpc Buy(shop.v1.Everything) returns (shop.v1.Money);",
    "  rpc Watch(shop.v1.Everything) returns (stream shop.v1.Money);",
    "  rpc Load(stream shop.v1.Everything) returns (shop.v1.Money);",
    "  rpc Haggle(stream shop.v1.Money) returns (stream shop.v1.Money);",
    "}",
  ]);
  t.same(describeSymbol(schema, "shop.v1.BankService/Buy"), [
    "rpc Buy(shop.v1.Money) returns (shop.v1.Money);",
    "",
    "message shop.v1.Money {",
    "  int64 cents = 1;",
    "  shop.v1.Currency currency = 2;",
    "  string pin = 3 [debug_redact = true];",
    "}",
  ]);
  t.same(describeSymbol(schema, ".shop.v1.Currency"), [
    "enum shop.v1.Currency {",
    "  CURRENCY_UNSPECIFIED = 0;",
    "  CURRENCY_EUR = 1;",
    "}",
  ]);
  const everything = describeSymbol(schema, "Everything");
  for (const line of [
    "  repeated int64 bigs = 11;",
    "  map<int64, bytes> by_id = 13;",
    "  oneof choice {",
    "    google.protobuf.Empty none = 16;",
    "  optional string maybe = 17;",
    "  enum shop.v1.Everything.Color {",
  ]) {
    t.ok(everything.includes(line), line);
  }
  const own = fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSetBase64, "base64"));
  const commented = describeSymbol(new CallSchema(own.file), "earshot.call.v1.Request");
  const at = commented.indexOf("  string method = 1;");
  t.equal(commented[at - 1], '  // "package.Service/Method".', "comments come along where the schema has them");
  t.equal(commented[0], "// Opens a call on a new stream.");
  t.throws(() => describeSymbol(schema, "Nothing"), { message: /no Nothing in the schema/ });
});
