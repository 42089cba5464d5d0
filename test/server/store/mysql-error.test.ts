// What the numbers of MySQL's relatives become, and that nothing of the statement comes along.

import t from "tap";
import { fromMysqlError, outageOf } from "../../../src/server/store/mysql-error.js";
import { StoreError } from "../../../src/server/store/store-error.js";

const LABEL = "mysql://app@db:3306/app";

t.test("numbers and codes become ours; clashes and lost connections are worth another try", async (t) => {
  const cases: [object, string, boolean, boolean][] = [
    [{ errno: 1213, code: "ER_LOCK_DEADLOCK" }, "conflict", true, false],
    [{ errno: 1205, code: "ER_LOCK_WAIT_TIMEOUT" }, "conflict", true, true],
    [{ errno: 1047, code: "ER_UNKNOWN_COM_ERROR" }, "unavailable", true, true],
    [{ errno: 1062, code: "ER_DUP_ENTRY" }, "duplicate", false, false],
    [{ errno: 1969 }, "timeout", false, false],
    [{ errno: 1045 }, "access_denied", false, false],
    [{ errno: 1049 }, "no_database", false, false],
    [{ errno: 1146 }, "no_table", false, false],
    [{ errno: 1064 }, "internal", false, false],
    [{ errno: -111, code: "ECONNREFUSED" }, "unavailable", true, true],
    [{ code: "PROTOCOL_CONNECTION_LOST" }, "unavailable", true, true],
    [{ code: "ENOTFOUND" }, "unavailable", false, false],
    [{ code: "SELF_SIGNED_CERT_IN_CHAIN" }, "not_trusted", false, false],
    [{ code: "ERR_TLS_CERT_ALTNAME_INVALID" }, "not_trusted", false, false],
    [{ code: "HANDSHAKE_NO_SSL_SUPPORT" }, "not_trusted", false, false],
    [{}, "internal", false, false],
  ];
  for (const [fields, code, isPassing, isNodeDown] of cases) {
    const failure = fromMysqlError(Object.assign(new Error("x"), fields), LABEL, true);
    t.match(failure, { error: { name: "StoreError", code }, isPassing, isNodeDown }, JSON.stringify(fields));
    t.equal(failure.error.maybeDone, code === "unavailable" && isNodeDown);
  }
  for (const [message, code] of [
    ["Pool is closed.", "closed"],
    ["Queue limit reached.", "overloaded"],
    ["Can't add new command when connection is in closed state", "unavailable"],
  ] as const) {
    t.equal(fromMysqlError(new Error(message), LABEL, false).error.code, code, message);
  }
});

t.test("the statement and the server's words stay behind", async (t) => {
  const cause = Object.assign(new Error("Duplicate entry 'hunter2' for key"), {
    errno: 1062,
    code: "ER_DUP_ENTRY",
    sql: "INSERT hunter2",
    sqlMessage: "hunter2",
  });
  const { error } = fromMysqlError(cause, LABEL, true);
  t.notMatch(JSON.stringify([error, error.cause, String(error.cause), error.stack, error.message]), /hunter2/);
});

t.test("our own errors keep their code and get the label, once", async (t) => {
  const failure = fromMysqlError(new StoreError("timeout", "late"), LABEL, true);
  t.match(failure, { isPassing: true, isNodeDown: true });
  t.match(failure.error, { code: "timeout", message: `${LABEL}: late`, maybeDone: true });
  t.equal(fromMysqlError(failure.error, LABEL, false).error.message, `${LABEL}: late`);
  t.match(fromMysqlError(new StoreError("closed", "x"), LABEL, false), { isPassing: false, isNodeDown: false });
});

t.test("a node that waits in vain, as for a lock, is unavailable", async (t) => {
  const cause = Object.assign(new Error("x"), { errno: 1205 });
  t.match(outageOf(cause, LABEL), { code: "unavailable", message: /not ready/ });
  t.match(outageOf(Object.assign(new Error("x"), { errno: 1045 }), LABEL), { code: "access_denied" });
});
