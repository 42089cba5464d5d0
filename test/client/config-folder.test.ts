// Where the client keeps its files.
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import t from "tap";
import { configFolder } from "../../src/client/config-folder.js";

t.test("EARSHOT_HOME comes first, then XDG_CONFIG_HOME, then ~/.config", async (t) => {
  t.equal(configFolder({ EARSHOT_HOME: "/a/b", XDG_CONFIG_HOME: "/x" }), "/a/b");
  t.equal(configFolder({ EARSHOT_HOME: "here" }), resolve("here"));
  t.equal(configFolder({ EARSHOT_HOME: "", XDG_CONFIG_HOME: "/x" }), "/x/earshot");
  t.equal(configFolder({ XDG_CONFIG_HOME: "relative" }), join(homedir(), ".config", "earshot"));
  t.equal(configFolder({}), join(homedir(), ".config", "earshot"));
});
