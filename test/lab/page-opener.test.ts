import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import t, { type Test } from "tap";
import { type Opening, offerPage } from "../../src/lab/page-opener.js";

const skip = process.platform !== "linux" && "xdg-open is Linux's";

/** A terminal whose person presses this key; `opened` is what a browser would have been given. */
async function offer(t: Test, opening: Opening, key: string | undefined, env: NodeJS.ProcessEnv = {}) {
  const folder = t.testdir({});
  const [bin, told] = [join(folder, "bin"), join(folder, "told")];
  mkdirSync(bin);
  writeFileSync(join(bin, "xdg-open"), `#!/bin/sh\nprintf %s "$1" > ${told}.part && mv ${told}.part ${told}\n`);
  chmodSync(join(bin, "xdg-open"), 0o755);
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: key !== undefined,
    setRawMode: (on: boolean) => raw.push(on),
  });
  const output = Object.assign(new PassThrough(), { isTTY: key !== undefined });
  if (key !== undefined) input.write(key);
  const means = { input: input as unknown as NodeJS.ReadStream, output, env: { PATH: bin, DISPLAY: ":0", ...env } };
  await offerPage("/tmp/ladder.html", opening, means);
  return { text: String(output.read() ?? ""), raw, told };
}

async function appears(path: string): Promise<string> {
  for (let tries = 0; tries < 600 && !existsSync(path); tries++) await new Promise((done) => setTimeout(done, 50));
  return readFileSync(path, "utf8");
}

t.test("y opens the page, anything else leaves it, and the terminal is as it was", { skip }, async (t) => {
  const yes = await offer(t, "ask", "y");
  t.equal(await appears(yes.told), "/tmp/ladder.html");
  t.same(yes.raw, [true, false]);
  const no = await offer(t, "ask", "\r");
  t.match(no.text, /\[y\/N\] no/);
  t.equal(existsSync(no.told), false);
});

t.test("in a pipe and in CI nobody is asked", { skip }, async (t) => {
  t.equal((await offer(t, "ask", undefined)).text, "");
  t.equal((await offer(t, "ask", "y", { CI: "true" })).text, "");
});

t.test("where no screen is, nobody is asked", { skip }, async (t) => {
  t.equal((await offer(t, "ask", "y", { DISPLAY: "" })).text, "");
  t.match((await offer(t, "open", undefined, { DISPLAY: "" })).text, /no program here/);
  t.match((await offer(t, "ask", "n", { DISPLAY: "", WAYLAND_DISPLAY: "wayland-0" })).text, /\[y\/N\] no/);
});

t.test("what was said beforehand is done without asking", { skip }, async (t) => {
  t.equal(await appears((await offer(t, "open", undefined)).told), "/tmp/ladder.html");
  t.equal((await offer(t, "leave", "y")).text, "");
  t.match((await offer(t, "open", undefined, { PATH: "/nowhere" })).text, /no program here/);
});
