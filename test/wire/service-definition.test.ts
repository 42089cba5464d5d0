import t from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { methodPath, type ServiceDefinition } from "../../src/wire/service-definition.js";

t.test("a path is the full name of the service, a slash, and the method", async (t) => {
  // The annotation is the test: it fails to compile if a generated service no longer fits.
  const service: ServiceDefinition = AccountServiceDefinition;
  t.equal(methodPath(service, AccountServiceDefinition.methods.whoAmI), "earshot.accounts.v1.AccountService/WhoAmI");
});
