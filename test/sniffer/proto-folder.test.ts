import t from "tap";
import { ProtoFolders, readProtoFolder } from "../../src/sniffer/proto-folder.js";

t.test("the package's own protocol is known without being told", async (t) => {
  const folders = new ProtoFolders();
  t.equal(
    folders.schema().method("earshot.accounts.v1.AccountService/WhoAmI")?.request.name,
    "earshot.accounts.v1.WhoAmIRequest",
  );
  t.equal(folders.schema(), folders.schema(), "parsed once");
  t.same(folders.foreignMessages(), []);
});

t.test("folders are read with all below them, names as imports write them", async (t) => {
  const folder = t.testdir({
    a: { "m.proto": 'syntax = "proto3"; import "b/n.proto"; message M { N n = 1; }' },
    b: { "n.proto": 'syntax = "proto3"; message N {}', "n.txt": "no" },
  });
  t.same(
    readProtoFolder(folder)
      .map(({ name }) => name)
      .sort(),
    ["a/m.proto", "b/n.proto"],
  );
  const folders = new ProtoFolders([folder]);
  t.same(
    folders
      .foreignMessages()
      .map(({ name }) => name)
      .sort(),
    ["M", "N"],
  );
  t.ok(folders.schema().message("earshot.call.v1.Frame"));
});

t.test("what cannot be read is named", async (t) => {
  t.throws(() => readProtoFolder(t.testdir({})), { name: "RunError", message: /no \.proto files/ });
  t.throws(() => readProtoFolder("/nonexistent/x"), { name: "RunError", message: /cannot read/ });
});
