// Which counts a server uses: shared ones where servers share a database, its own in memory else, or none.

import { decodeDatabaseUrl } from "../store/database-url.js";
import type { CounterStore } from "./counter-store.js";
import { LoginThrottle } from "./login-throttle.js";
import { MemoryCounterStore } from "./memory-counter-store.js";
import type { ThrottleLimits } from "./throttle-limits.js";

/** `off` counts nothing: for tests and measurements. */
export type ThrottleOption = Partial<ThrottleLimits> | "off";

const OFF = { attempts: Number.MAX_SAFE_INTEGER, withinS: 1 };
const NO_LIMITS: ThrottleLimits = {
  loginsByNameAndAddress: OFF,
  loginsByName: OFF,
  loginsByAddress: OFF,
  registrationsByAddress: OFF,
};

/** For a store that somebody else opened, `database` is undefined, and counts are in memory. @throws StoreError `bad_url` */
export async function openThrottle(database: string | undefined, option: ThrottleOption = {}): Promise<LoginThrottle> {
  if (option === "off") {
    return new LoginThrottle(new MemoryCounterStore(), NO_LIMITS);
  }
  return new LoginThrottle(await counterStore(database), option);
}

async function counterStore(database: string | undefined): Promise<CounterStore> {
  const target = database === undefined ? undefined : decodeDatabaseUrl(database);
  if (target?.kind !== "mysql") {
    return new MemoryCounterStore();
  }
  // Only the driver that is needed is loaded.
  const { MysqlCounterStore } = await import("./mysql-counter-store.js");
  return new MysqlCounterStore(target);
}
