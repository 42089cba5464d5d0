// JA3 and JA3S as salesforce/ja3 defines them: MD5 over decimal lists joined by dashes and commas, the version the legacy one.
import { hash } from "node:crypto";
import type { ClientHello } from "./client-hello.js";
import { withoutGrease } from "./grease.js";
import { rememberLatest } from "./remember-latest.js";
import type { ServerHello } from "./server-hello.js";

/** "771,4865-4866,0-10-11,29-23,0": what JA3 is the MD5 of. GREASE is left out. */
export function ja3Text(hello: ClientHello): string {
  const lists = [hello.cipherSuites, hello.extensions, hello.groups, hello.pointFormats];
  return [hello.legacyVersion, ...lists.map((list) => withoutGrease(list).join("-"))].join(",");
}

export function ja3(hello: ClientHello): string {
  return md5(ja3Text(hello));
}

/** "771,49200,65281-0-11": version, suite, extensions in order. Its authors filter nothing here. */
export function ja3sText(hello: ServerHello): string {
  return [hello.legacyVersion, hello.cipherSuite, hello.extensions.join("-")].join(",");
}

export function ja3s(hello: ServerHello): string {
  return md5(ja3sText(hello));
}

const md5 = rememberLatest(
  (text: string) => text,
  (text) => hash("md5", text),
);
