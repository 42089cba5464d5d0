// Whether a stranger can tell an unknown name from a wrong password by the clock. In full with EARSHOT_TIMING_PAIRS=4000, on an
// otherwise idle machine; else only that the measuring works, for a busy machine says nothing about time.

import t from "tap";
import { failure, GuardedServer, PASSWORD, WRONG } from "../../fixtures/guarded-server.js";
import { RandomSource } from "../../helpers/random-source.js";

const PAIRS = Number(process.env["EARSHOT_TIMING_PAIRS"] ?? 40);
const IS_FULL = PAIRS >= 4_000;
const WARM_UP = Math.min(PAIRS, 300);
const MAX_T = 4.5;
/** A paired sign test is a fair coin's count; so many standard deviations are as unlikely as the t above. */
const MAX_SIGN_Z = 4.5;
/** Known and unknown names take turns in going first, so that what the one leaves behind harms both alike. */
const NAMES = { known: "alice", unknown: "nobod" } as const;

t.test(`${PAIRS} pairs of an unknown name and a wrong password`, { timeout: 600_000 }, async (t) => {
  const server = await GuardedServer.start(t, { hashing: { cost: { ln: 6, r: 8, p: 1 } } });
  const accounts = await server.client();
  await accounts.register({ username: NAMES.known, password: PASSWORD });
  const measure = async (username: string): Promise<number> => {
    const startedNs = process.hrtime.bigint();
    await failure(accounts.login({ username, password: WRONG }));
    return Number(process.hrtime.bigint() - startedNs) / 1_000;
  };
  for (let round = 0; round < WARM_UP; round += 1) {
    await measure(NAMES.known);
    await measure(NAMES.unknown);
  }
  const computedBefore = server.hasher.computations;
  const known: number[] = [];
  const unknown: number[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const first = pair % 2 === 0;
    const one = await measure(first ? NAMES.known : NAMES.unknown);
    const other = await measure(first ? NAMES.unknown : NAMES.known);
    known.push(first ? one : other);
    unknown.push(first ? other : one);
  }
  t.equal(server.hasher.computations - computedBefore, 2 * PAIRS, "both ran scrypt each time");
  const tValue = welchT(known, unknown);
  const z = signZ(known, unknown);
  const told = `t = ${tValue.toFixed(2)}, sign test z = ${z.toFixed(2)}, medians ${median(known).toFixed(0)} and ${median(unknown).toFixed(0)} us`;
  t.comment(told);
  t.ok(Number.isFinite(tValue) && Number.isFinite(z), told);
  if (IS_FULL) {
    t.ok(Math.abs(tValue) < MAX_T && Math.abs(z) < MAX_SIGN_Z, told);
  }
});

t.test("the test itself tells a difference of three hundredths", async (t) => {
  // One seed: of any, |t| would pass the limit once in 150,000 runs though there is no difference.
  const random = new RandomSource(1);
  const even = (): number => random.uint32() / 2 ** 32;
  const noise = (): number => 1_000 + 100 * (even() + even() + even() - 1.5);
  const same = Array.from({ length: 4_000 }, noise);
  const slower = Array.from({ length: 4_000 }, () => noise() + 30);
  t.ok(Math.abs(welchT(same, slower)) > MAX_T);
  t.ok(Math.abs(signZ(same, slower)) > MAX_SIGN_Z);
  t.ok(Math.abs(welchT(same, Array.from({ length: 4_000 }, noise))) < MAX_T);
});

function welchT(a: readonly number[], b: readonly number[]): number {
  return (mean(a) - mean(b)) / Math.sqrt(variance(a) / a.length + variance(b) / b.length);
}

/** How often the one of a pair was slower than the other, in standard deviations of a coin's throws. */
function signZ(a: readonly number[], b: readonly number[]): number {
  const signs = a.map((value, index) => Math.sign(value - (b[index] ?? value))).filter((sign) => sign !== 0);
  return signs.reduce((sum, sign) => sum + sign, 0) / Math.sqrt(signs.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
