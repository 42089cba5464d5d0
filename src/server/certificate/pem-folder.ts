// Reads the PEM files of a folder (RFC 7468): which certificates and keys there are, whatever the files are called.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CertificateError, reasonSuffix } from "./certificate-error.js";

export interface FoundCertificate {
  readonly certificate: X509Certificate;
  readonly file: string;
  /** Certificates in the same file; the one with the longest chain is the file to serve. */
  readonly inFile: number;
}

export interface FoundKey {
  readonly key: KeyObject;
  readonly file: string;
  /** Readable by the group or by everyone. */
  readonly isExposed: boolean;
}

export interface PemFolder {
  readonly files: readonly string[];
  readonly certificates: readonly FoundCertificate[];
  readonly keys: readonly FoundKey[];
  /** Files that could not be used. They matter only if nothing else serves. */
  readonly problems: readonly CertificateError[];
}

const NAME = /^[^.].*\.(?:pem|crt|cer|key)$/i;
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_FILES = 100;
const GROUP_AND_OTHERS_READ = 0o044;

/** Whether a file of that name is read. */
export function isPemName(name: string): boolean {
  return NAME.test(name);
}

/** A folder that does not exist reads as an empty one. @throws CertificateError `no_folder` */
export async function readPemFolder(folder: string): Promise<PemFolder> {
  const files = await pemFiles(folder);
  const read = await Promise.all(files.map((file) => readPemFile(folder, file)));
  return {
    files,
    certificates: read.flatMap((one) => one.certificates),
    keys: read.flatMap((one) => one.keys),
    problems: read.flatMap((one) => one.problems),
  };
}

async function pemFiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter(isPemName).sort().slice(0, MAX_FILES);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") {
      return [];
    }
    const message = `${folder}: cannot be read as a folder of certificates${reasonSuffix(cause)}; give a folder with --cert`;
    throw new CertificateError("no_folder", message, cause);
  }
}

type PemFile = Omit<PemFolder, "files">;

async function readPemFile(folder: string, file: string): Promise<PemFile> {
  const path = join(folder, file);
  try {
    const { size, mode } = await stat(path);
    if (size > MAX_FILE_BYTES) {
      throw new CertificateError("not_pem", `${path}: is over 1 MiB, too large for a certificate or key`);
    }
    return decodePemFile(path, file, await readFile(path, "latin1"), (mode & GROUP_AND_OTHERS_READ) !== 0);
  } catch (cause) {
    const message = `${path}: cannot be read${reasonSuffix(cause)}; check its owner and mode`;
    const problem = cause instanceof CertificateError ? cause : new CertificateError("unreadable", message, cause);
    return { certificates: [], keys: [], problems: [problem] };
  }
}

function decodePemFile(path: string, file: string, content: string, isExposed: boolean): PemFile {
  const blocks = [...content.matchAll(BLOCK)].map(([text, label]) => ({ text, label: label ?? "" }));
  if (blocks.length === 0) {
    const hint = "if it is DER, convert it with: openssl x509 -inform der -in FILE -out FILE.pem";
    throw new CertificateError("not_pem", `${path}: holds no PEM text; ${hint}`);
  }
  const certificateBlocks = blocks.filter(({ label }) => label === "CERTIFICATE" || label === "X509 CERTIFICATE");
  const keyBlocks = blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  return {
    certificates: certificateBlocks.map(({ text }) => ({
      certificate: decoded(path, "certificate", () => new X509Certificate(text)),
      file,
      inFile: certificateBlocks.length,
    })),
    keys: keyBlocks.map(({ text }) => ({ key: decodeKey(path, text), file, isExposed })),
    problems: [],
  };
}

function decodeKey(path: string, text: string): KeyObject {
  if (text.includes("ENCRYPTED")) {
    const hint = "the server cannot ask for its password; decrypt it with: openssl pkey -in FILE -out KEY.pem";
    throw new CertificateError("encrypted_key", `${path}: the private key is encrypted; ${hint}`);
  }
  return decoded(path, "private key", () => createPrivateKey(text));
}

function decoded<T>(path: string, what: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new CertificateError("bad_pem", `${path}: its ${what} is damaged; replace the file`, cause);
  }
}
