// The rows of the scoreboard, in the order in which they run: the last one of the cluster kills a node of it.

import { databaseKills } from "./database-kills.js";
import { frozenDatabase } from "./frozen-database.js";
import { hashingFlood } from "./hashing-flood.js";
import { lostAnswers } from "./lost-answers.js";
import { nameRaces } from "./name-races.js";
import { nodeKill } from "./node-kill.js";
import { otherServers } from "./other-servers.js";
import type { Row } from "./row.js";
import { serverKills } from "./server-kills.js";
import { unknownNames } from "./unknown-names.js";

/** Time is measured first, while nothing else has run. */
export const ROWS: readonly Row[] = [
  unknownNames,
  hashingFlood,
  databaseKills,
  serverKills,
  lostAnswers,
  frozenDatabase,
  nameRaces,
  otherServers,
  nodeKill,
];
