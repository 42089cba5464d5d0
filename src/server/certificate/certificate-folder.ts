// The folder of --cert: uses the certificate that is there, or makes a development CA and a certificate signed by it.

import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chooseCertificate, type LoadedCertificate } from "./certificate-choice.js";
import { CertificateError, reasonSuffix } from "./certificate-error.js";
import {
  createAuthority,
  createServerCertificate,
  DEVELOPMENT_CA_NAME,
  type KeyAndCertificate,
} from "./development-certificate.js";
import { type PemFolder, readPemFolder } from "./pem-folder.js";

export type { LoadedCertificate };

const CA_FILES = ["ca.pem", "ca-key.pem"] as const;
const FOLDER_MODE = 0o700;
const KEY_MODE = 0o600;
const CERTIFICATE_MODE = 0o644;
/** How long to wait for another process that is making the files just now. */
const OTHER_MAKER_MS = 5_000;
const POLL_MS = 50;

interface NewFile {
  readonly name: string;
  readonly content: string;
  readonly mode: number;
}

/**
 * With no PEM file in the folder it makes ca.pem, ca-key.pem, server.pem and server-key.pem; with nothing but the CA
 * that it made before, it makes a new server certificate. Otherwise it finds the certificate and its key by content.
 * @throws CertificateError
 */
export async function openCertificateFolder(folder: string, nowMs = Date.now()): Promise<LoadedCertificate> {
  const found = await readPemFolder(folder);
  if (found.files.length === 0) {
    await makeAll(folder, nowMs);
  } else if (isOnlyDevelopmentCa(found)) {
    await makeServerCertificate(folder, nowMs);
  } else {
    return chooseCertificate(folder, found, nowMs);
  }
  return chooseCertificate(folder, await readPemFolder(folder), nowMs);
}

/**
 * What the folder holds now, to be served in place of `current`. Makes nothing: a folder that is empty just now is one that
 * somebody is filling. Nor does it take what is worse than `current`: a certificate whose time is over, or the authority
 * that is left when the server's own files are being replaced.
 * @throws CertificateError
 */
export async function reopenCertificateFolder(
  folder: string,
  current: LoadedCertificate,
  nowMs = Date.now(),
): Promise<LoadedCertificate> {
  const found = await readPemFolder(folder);
  if (found.files.length === 0) {
    throw new CertificateError("no_folder", `${folder}: holds no PEM files any more`);
  }
  const loaded = chooseCertificate(folder, found, nowMs);
  const worse = worseThan(loaded, current);
  if (worse !== undefined) {
    throw new CertificateError("worse", `${join(folder, loaded.certificateFile)}: ${worse}`);
  }
  return loaded;
}

function worseThan(loaded: LoadedCertificate, current: LoadedCertificate): string | undefined {
  if (loaded.isAuthority && !current.isAuthority) {
    return "is an authority's certificate, and the server's own is not there";
  }
  return loaded.isCurrent || !current.isCurrent ? undefined : "is out of date or not valid yet";
}

function isOnlyDevelopmentCa({ files, certificates }: PemFolder): boolean {
  const isOurs = certificates[0]?.certificate.subject === `CN=${DEVELOPMENT_CA_NAME}`;
  return isOurs && files.length === CA_FILES.length && CA_FILES.every((name) => files.includes(name));
}

async function makeAll(folder: string, nowMs: number): Promise<void> {
  const ca = await createAuthority(nowMs);
  const server = await createServerCertificate(ca, nowMs);
  await place(folder, [
    { name: "ca-key.pem", content: ca.key, mode: KEY_MODE },
    { name: "ca.pem", content: ca.certificate, mode: CERTIFICATE_MODE },
    ...serverFiles(server),
  ]);
}

/** Deleting the server's two files renews them: clients that trust the CA need nothing new. */
async function makeServerCertificate(folder: string, nowMs: number): Promise<void> {
  const [certificate, key] = await Promise.all(CA_FILES.map((name) => readFile(join(folder, name), "latin1")));
  await place(
    folder,
    serverFiles(await createServerCertificate({ certificate: certificate ?? "", key: key ?? "" }, nowMs)),
  );
}

function serverFiles({ key, certificate }: KeyAndCertificate): NewFile[] {
  return [
    { name: "server-key.pem", content: key, mode: KEY_MODE },
    { name: "server.pem", content: certificate, mode: CERTIFICATE_MODE },
  ];
}

/** Each file appears whole or not at all. Of several servers that start at once, the first to place its first file wins. */
async function place(folder: string, files: readonly NewFile[]): Promise<void> {
  const temporary = (name: string): string => join(folder, `.${name}.${suffix}`);
  const suffix = randomBytes(6).toString("hex");
  try {
    await makeFolder(folder);
    for (const { name, content, mode } of files) {
      await writeNew(temporary(name), content, mode);
    }
    for (const [index, { name }] of files.entries()) {
      const isOurs = await placeOne(temporary(name), join(folder, name));
      if (!isOurs && index === 0) {
        await othersDone(folder, files);
        break;
      }
    }
  } catch (cause) {
    if (cause instanceof CertificateError) {
      throw cause;
    }
    const message = `${folder}: certificates cannot be written there${reasonSuffix(cause)}; check that its parent exists and who owns it, or give another folder with --cert`;
    throw new CertificateError("cannot_write", message, cause);
  } finally {
    await Promise.allSettled(files.map(({ name }) => unlink(temporary(name))));
  }
}

/** Only the last part of the path: a missing parent is more likely a mistake. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
  } catch (cause) {
    if (!hasCode(cause, "EEXIST")) {
      throw cause;
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** The mode is the file's from its first moment: a chmod afterwards would leave a key readable for an instant. */
async function writeNew(path: string, content: string, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A hard link, unlike a rename, never replaces a file. False when there was one. */
async function placeOne(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (cause) {
    if (hasCode(cause, "EEXIST")) {
      return false;
    }
    throw cause;
  }
}

async function othersDone(folder: string, files: readonly NewFile[]): Promise<void> {
  for (let waitedMs = 0; waitedMs < OTHER_MAKER_MS; waitedMs += POLL_MS) {
    const there = (await readPemFolder(folder)).files;
    if (files.every(({ name }) => there.includes(name))) {
      return;
    }
    await sleep(POLL_MS);
  }
}
