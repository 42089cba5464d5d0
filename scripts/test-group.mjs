// Runs the test files of one folder that can share a process: `node scripts/test-group.mjs FOLDER`, the files' names
// by standard input, a line each. tap makes the names of its folders of the arguments, so there must be few.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

for (const file of readFileSync(0, "utf8").split("\n").filter(Boolean)) await import(pathToFileURL(file));
