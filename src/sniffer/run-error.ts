// Why a run could not begin or go on, in words for the person at the terminal.

/** Exit code 1. */
export class RunError extends Error {
  override readonly name = "RunError";
}

/** For errors of files and folders: "cannot read /x: no such file or directory". */
export function fileError(doing: string, path: string, cause: unknown): RunError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const reason = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new RunError(`cannot ${doing} ${path}: ${reason}`, { cause });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "part of the path is not a folder",
  EEXIST: "it exists already",
  ENOSPC: "the disk is full",
  ELOOP: "it is a symbolic link",
  ENAMETOOLONG: "its name is too long",
  EROFS: "the file system is read-only",
};
