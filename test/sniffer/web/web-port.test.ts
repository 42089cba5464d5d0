import t from "tap";
import { decodeArguments } from "../../../src/sniffer/cli-arguments.js";
import { UsageError } from "../../../src/sniffer/usage-error.js";

const options = (line: string) => {
  const command = decodeArguments(line.split(" ").filter((word) => word !== ""));
  return command.kind === "run" ? command.options : undefined;
};

t.test("the port may be left out, and stand behind a space or an equals sign", async (t) => {
  t.equal(options("-r x")?.webPort, undefined);
  t.equal(options("-r x --web")?.webPort, 0);
  t.equal(options("--web -r x")?.webPort, 0);
  t.equal(options("-r x --web 8080")?.webPort, 8080);
  t.equal(options("-r x --web=8080")?.webPort, 8080);
  t.equal(options("-r x --web=80")?.webPort, 80, "as somebody who may");
});

t.test("seconds and words of a filter stay what they are", async (t) => {
  t.match(options("60 --web"), { webPort: 0, seconds: 60 });
  t.match(options("--web 8080 60"), { webPort: 8080, seconds: 60 });
  t.match(options("--web=8080 60 tcp port 443"), { webPort: 8080, seconds: 60, source: { filter: "tcp port 443" } });
  t.match(options("-i lo --web tcp port 443"), { webPort: 0, source: { filter: "tcp port 443" } });
  t.match(options("-i lo -- --web"), { webPort: undefined, source: { filter: "--web" } });
});

t.test("what could be either is asked back", async (t) => {
  for (const line of ["--web 60", "--web 0", "--web 70000", "--web=70000", "--web=x", "-r x --count --web"])
    t.throws(() => options(line), UsageError, line);
  t.throws(() => options("--web 60"), /--web=60 for the port, or 60 --web for the seconds/);
});
