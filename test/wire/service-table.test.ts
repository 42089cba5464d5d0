import t from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { ServiceTable } from "../../src/wire/service-table.js";

t.test("finds every method of a generated service by its path", async (t) => {
  const table = new ServiceTable([AccountServiceDefinition]);
  const names = Object.values(AccountServiceDefinition.methods).map(({ name }) => name);
  t.ok(names.includes("Login"));
  t.same(
    [...table.paths()],
    names.map((name) => `earshot.accounts.v1.AccountService/${name}`),
  );
  t.equal(table.find("earshot.accounts.v1.AccountService/Login"), AccountServiceDefinition.methods.login);
});

t.test("finds nothing under any other path", async (t) => {
  const table = new ServiceTable([AccountServiceDefinition]);
  for (const path of ["", "Login", "earshot.accounts.v1.AccountService/login", "__proto__", "constructor"]) {
    t.equal(table.find(path), undefined, path);
  }
});
