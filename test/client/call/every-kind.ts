// A schema with every kind of field, for tests of what is read and written by schema.
import { CallSchema } from "../../../src/client/call/call-schema.js";
import { decodeProtoTexts, type ProtoText } from "../../../src/client/call/proto-text.js";

const MAIN = `
syntax = "proto3";
package shop.v1;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "shop/v1/money.proto";
import public "nowhere/options.proto";

message Everything {
  option deprecated = true;
  enum Color {
    option allow_alias = true;
    COLOR_UNSPECIFIED = 0;
    COLOR_RED = 1;
    COLOR_CRIMSON = 1;
  }
  message Inner {
    int64 deep = 1;
    Everything back = 2;
  }
  int32 some_number = 1;
  int64 big = 2;
  uint64 unsigned_big = 3;
  bytes raw = 4;
  bool flag = 5;
  double real = 6;
  float short_real = 7;
  Color color = 8;
  Inner inner = 9;
  repeated Color colors = 10;
  repeated int64 bigs = 11 [packed = false];
  map<string, Inner> by_name = 12;
  map<int64, bytes> by_id = 13;
  oneof choice {
    string text_choice = 14;
    Inner inner_choice = 15;
    google.protobuf.Empty none = 16;
  }
  optional string maybe = 17;
  google.protobuf.Timestamp at = 18;
  google.protobuf.Duration lasts = 19;
  google.protobuf.Any any = 20;
  google.protobuf.StringValue wrapped = 21;
  google.protobuf.Struct struct = 22;
  google.protobuf.FieldMask mask = 23;
  string renamed = 24 [json_name = "otherName"];
  Money price = 25;
  sint32 zigzag = 26;
  fixed64 fixed = 27;
  sfixed32 signed_fixed = 28;
  string secret = 29 [debug_redact = true];
  repeated Money prices = 30;
  reserved 99;
}

service ShopService {
  rpc Buy(Everything) returns (Money);
  rpc Watch(Everything) returns (stream Money);
  rpc Load(stream Everything) returns (Money);
  rpc Haggle(stream Money) returns (stream Money) { option deprecated = true; }
}
`;

const MONEY = `
syntax = "proto3";
package shop.v1;
enum Currency { CURRENCY_UNSPECIFIED = 0; CURRENCY_EUR = 1; }
message Money { int64 cents = 1; Currency currency = 2; string pin = 3 [debug_redact = true]; }
service BankService { rpc Buy(Money) returns (Money); }
`;

/** The file that imports comes first, as nobody promises otherwise. */
export const TEXTS: readonly ProtoText[] = [
  { name: "shop/v1/shop.proto", text: MAIN },
  { name: "shop/v1/money.proto", text: MONEY },
];

export function shopSchema(): CallSchema {
  return new CallSchema(decodeProtoTexts(TEXTS));
}
