import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import t, { type Test } from "tap";
import { type OpenerMeans, type Opening, offerPage } from "../../src/lab/page-opener.js";

const PAGE = "/tmp/ladder.html";
const LAST = "/tmp/last.html";
const skip = process.platform !== "linux" && "xdg-open is Linux's";

/** A terminal whose person presses this key. */
async function offer(t: Test, opening: Opening, key: string | undefined, env: NodeJS.ProcessEnv = {}) {
  const folder = t.testdir({});
  const [bin, told] = [join(folder, "bin"), join(folder, "told")];
  mkdirSync(bin);
  writeFileSync(join(bin, "xdg-open"), `#!/bin/sh\necho "$1" >> ${told}\n`);
  chmodSync(join(bin, "xdg-open"), 0o755);
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: key !== undefined,
    setRawMode: (on: boolean) => raw.push(on),
  });
  const output = Object.assign(new PassThrough(), { isTTY: key !== undefined });
  if (key !== undefined) input.write(key);
  const means = { input: input as unknown as NodeJS.ReadStream, output, env: { PATH: bin, DISPLAY: ":0", ...env } };
  await offerPage(PAGE, opening, means);
  const text = String(output.read() ?? "");
  return { text, raw, opened: (times: number) => opened(means, told, times) };
}

/** What a browser was given, once it was `times` and another page behind: what has not come before that does not come. */
async function opened(means: OpenerMeans, told: string, times: number): Promise<string[]> {
  await offerPage(LAST, "open", means);
  const lines = () => (existsSync(told) ? readFileSync(told, "utf8").split("\n") : []).filter((line) => line !== "");
  for (let tries = 0; tries < 600 && (lines().length <= times || !lines().includes(LAST)); tries++)
    await new Promise((done) => setTimeout(done, 50));
  return lines().filter((line) => line !== LAST);
}

t.test("y opens the page, anything else leaves it, and the terminal is as it was", { skip }, async (t) => {
  const yes = await offer(t, "ask", "y");
  t.same(await yes.opened(1), [PAGE]);
  t.same(yes.raw, [true, false]);
  const no = await offer(t, "ask", "\r");
  t.match(no.text, /\[y\/N\] no/);
  t.same(await no.opened(0), []);
});

t.test("in a pipe and in CI nobody is asked, and nothing opened", { skip }, async (t) => {
  for (const [key, env] of [[undefined], ["y", { CI: "true" }]] as const) {
    const { text, opened } = await offer(t, "ask", key, env);
    t.equal(text, "");
    t.same(await opened(0), []);
  }
});

t.test("where no screen is, nobody is asked", { skip }, async (t) => {
  t.equal((await offer(t, "ask", "y", { DISPLAY: "" })).text, "");
  t.match((await offer(t, "open", undefined, { DISPLAY: "" })).text, /no program here/);
  t.match((await offer(t, "ask", "n", { DISPLAY: "", WAYLAND_DISPLAY: "wayland-0" })).text, /\[y\/N\] no/);
});

t.test("what was said beforehand is done without asking", { skip }, async (t) => {
  t.same(await (await offer(t, "open", undefined)).opened(1), [PAGE]);
  const left = await offer(t, "leave", "y");
  t.equal(left.text, "");
  t.same(await left.opened(0), []);
  t.match((await offer(t, "open", undefined, { PATH: "/nowhere" })).text, /no program here/);
});
