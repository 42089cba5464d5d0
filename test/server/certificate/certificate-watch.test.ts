// Which changes of the folder are taken, and which leave the certificate as it is.

import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { CertificateError } from "../../../src/server/certificate/certificate-error.js";
import { openCertificateFolder } from "../../../src/server/certificate/certificate-folder.js";
import { CertificateWatch } from "../../../src/server/certificate/certificate-watch.js";
import { makeAuthority, makeCertificate, type TestCertificate } from "../../fixtures/certificates.js";

const authority = await makeAuthority();

interface Told {
  readonly taken?: string;
  readonly kept?: string;
}

async function watch(t: Test, folder: string) {
  const current = await openCertificateFolder(folder);
  const told: Told[] = [];
  let wake = (): void => {};
  const tell = (one: Told): void => {
    told.push(one);
    wake();
  };
  const watching = new CertificateWatch({
    folder,
    current,
    intervalMs: 5,
    settleMs: 5,
    take: () => undefined,
    onTaken: ({ cert }) => tell({ taken: cert }),
    onKept: (error) => tell({ kept: error instanceof CertificateError ? error.code : String(error) }),
  });
  const alive = setInterval(() => undefined, 1_000); // Looking alone does not keep a process.
  t.teardown(() => {
    watching.stop();
    clearInterval(alive);
  });
  return {
    watching: watching.start(),
    told,
    /** The next thing that it tells. */
    next: async (): Promise<Told> => {
      while (told.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return told.shift() ?? {};
    },
  };
}

function write(folder: string, { cert, key }: TestCertificate): void {
  writeFileSync(join(folder, "key.pem"), key);
  writeFileSync(join(folder, "cert.pem"), cert);
}

/** The leaf, as it is loaded. */
function leaf(text: string | undefined): string {
  return (text ?? "").trim();
}

t.test("files that are replaced by a rename are taken once both are there", async (t) => {
  const folder = t.testdir();
  write(folder, await makeCertificate(authority));
  const { next, told } = await watch(t, folder);
  const renewed = await makeCertificate(authority);
  writeFileSync(join(folder, ".new"), renewed.cert);
  renameSync(join(folder, ".new"), join(folder, "cert.pem"));
  t.same(await next(), { kept: "mismatch" });
  writeFileSync(join(folder, ".new"), renewed.key);
  renameSync(join(folder, ".new"), join(folder, "key.pem"));
  t.equal(leaf((await next()).taken), leaf(renewed.cert));
  t.same(told, []);
});

t.test("links that move to another folder, as certbot's and Kubernetes' do, are followed", async (t) => {
  const folder = t.testdir({ a: {}, b: {} });
  const live = join(folder, "live");
  mkdirSync(live);
  const [first, second] = [await makeCertificate(authority), await makeCertificate(authority)];
  write(join(folder, "a"), first);
  write(join(folder, "b"), second);
  symlinkSync("../a", join(live, "..data"));
  symlinkSync("..data/cert.pem", join(live, "tls.crt"));
  symlinkSync("..data/key.pem", join(live, "tls.key"));
  const { next } = await watch(t, live);
  symlinkSync("../b", join(live, "..new"));
  renameSync(join(live, "..new"), join(live, "..data"));
  t.equal(leaf((await next()).taken), leaf(second.cert));
});

t.test("half a file, no file and an unreadable folder change nothing; the whole file is taken", async (t) => {
  const folder = t.testdir();
  const certs = join(folder, "certs");
  mkdirSync(certs);
  write(certs, await makeCertificate(authority));
  const { next } = await watch(t, certs);
  const renewed = await makeCertificate(authority);
  writeFileSync(join(certs, "key.pem"), renewed.key.slice(0, 60));
  t.ok((await next()).kept);
  unlinkSync(join(certs, "key.pem"));
  t.same(await next(), { kept: "certificate_without_key" });
  renameSync(certs, join(folder, "away"));
  t.same(await next(), { kept: "no_folder" });
  mkdirSync(certs);
  write(certs, renewed);
  t.equal(leaf((await next()).taken), leaf(renewed.cert));
});

t.test("an emptied folder is not filled with a development certificate", async (t) => {
  const folder = t.testdir();
  write(folder, await makeCertificate(authority));
  const { next } = await watch(t, folder);
  rmSync(join(folder, "cert.pem"));
  rmSync(join(folder, "key.pem"));
  for (let told = await next(); told.kept !== "no_folder"; told = await next()) {
    t.ok(told.kept);
  }
  t.throws(() => readFileSync(join(folder, "ca.pem")));
});

t.test("a certificate that is out of date does not take the place of a good one, nor does the authority", async (t) => {
  const folder = t.testdir();
  const certs = join(folder, "certs");
  const { next } = await watch(t, certs);
  unlinkSync(join(certs, "server.pem"));
  t.same(await next(), { kept: "worse" });
  const [notBefore, notAfter] = [new Date(0), new Date(86_400_000)];
  const expired = await makeCertificate(authority, { notBefore, notAfter });
  for (const name of ["server-key.pem", "ca.pem", "ca-key.pem"]) {
    unlinkSync(join(certs, name));
  }
  write(certs, expired);
  let told = await next();
  while (told.kept !== "worse") {
    told = await next();
  }
  t.same(told, { kept: "worse" });
});

t.test("files that are touched are no news; asked for, they are taken again", async (t) => {
  const folder = t.testdir();
  const certificate = await makeCertificate(authority);
  write(folder, certificate);
  const { watching, next, told } = await watch(t, folder);
  write(folder, certificate);
  await watching.reload();
  t.equal(leaf((await next()).taken), leaf(certificate.cert));
  t.same(told, []);
});

t.test("what the server cannot use is told of, and the one before stays current", async (t) => {
  const folder = t.testdir();
  write(folder, await makeCertificate(authority));
  const errors: unknown[] = [];
  const watching = new CertificateWatch({
    folder,
    current: await openCertificateFolder(folder),
    take: () => {
      throw new Error("cannot");
    },
    onTaken: () => t.fail("was not taken"),
    onKept: (error) => errors.push(error),
  });
  await watching.reload();
  t.match(errors, [{ message: "cannot" }]);
});
