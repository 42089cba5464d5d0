// Every byte of every message changed, cut and lengthened, and random bytes in its place: a typed refusal, never a login.
import { p256 } from "@noble/curves/nist.js";
import t from "tap";
import { OpaqueError } from "../../src/opaque/opaque-error.js";
import { OpaqueAccount } from "../helpers/opaque-account.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";

const random = new RandomSource(chooseSeed());
const account = new OpaqueAccount();
type Change = (message: Uint8Array) => Uint8Array;
type Attempt = (change: Change) => Promise<boolean>;

type MessageName = "request" | "response" | "record" | "ke1" | "ke2" | "ke3";
/** How many bytes a message has, where points stand in it, and how it could lead to a login when it was changed. */
const messages: Record<MessageName, { length: number; points: number[]; attempt: (record: Uint8Array) => Attempt }> = {
  request: { length: 33, points: [0], attempt: () => async (change) => account.login(await account.register(change)) },
  response: {
    length: 66,
    points: [0, 33],
    attempt: () => async (change) => account.login(await account.register((message) => message, change)),
  },
  record: {
    length: 129,
    points: [0],
    attempt: (record) => async (change) => {
      const changed = change(record);
      account.server.checkRecord(changed);
      return account.login(changed);
    },
  },
  ke1: { length: 98, points: [0, 65], attempt: (record) => (onKe1) => account.login(record, { onKe1 }) },
  ke2: { length: 259, points: [0, 194], attempt: (record) => (onKe2) => account.login(record, { onKe2 }) },
  ke3: { length: 32, points: [], attempt: (record) => (onKe3) => account.login(record, { onKe3 }) },
};

t.before(() => t.comment(`EARSHOT_SEED=${random.seed}`));

for (const [name, { length, points, attempt }] of Object.entries(messages)) {
  t.test(name, async (t) => {
    const record = await account.register();
    const login = attempt(record);
    t.equal(await outcome(login, checkLength), "login", "unchanged, it works");

    for (let at = 0; at < length; at++) {
      const flip = 1 << random.below(8);
      const flipped = await outcome(login, (message) =>
        message.map((byte, index) => (index === at ? byte ^ flip : byte)),
      );
      if (!isRefusal(flipped)) t.fail(`byte ${at} ^ ${flip}: ${flipped}`);
    }
    // A longer or shorter message must fail by its length alone, so not every length needs a key exchange.
    for (const size of [0, 1, length >> 1, length - 1]) {
      const cut = await outcome(login, (message) => message.subarray(0, size));
      t.equal(cut, name === "ke3" ? "no login" : "malformed", `cut to ${size}`);
    }
    const longer = await outcome(login, (message) => Uint8Array.of(...message, 0));
    t.equal(longer, name === "ke3" ? "no login" : "malformed", "a byte more");
    for (let round = 0; round < 20; round++) {
      const replaced = await outcome(login, (message) => randomMessage(message.length, round % 2 === 0 ? [] : points));
      if (!isRefusal(replaced)) t.fail(`random bytes: ${replaced}`);
    }
  });

  function checkLength(message: Uint8Array): Uint8Array {
    if (message.length !== length) throw new Error(`${name} has ${message.length} bytes`);
    return message;
  }
}

t.test("points other than those sent, in each place for one", async (t) => {
  const record = await account.register();
  const other = account.server.publicKey;
  const places = Object.entries(messages).flatMap(([name, { points, attempt }]) =>
    points.map((at) => ({ name: `${name} at ${at}`, at, login: attempt(record) })),
  );
  // The server's public key is what stands behind the evaluated element of a response.
  for (const { name, at, login } of places.filter((place) => place.name !== "response at 33")) {
    const change: Change = (message) => {
      const changed = Uint8Array.from(message);
      changed.set(other, at);
      return changed;
    };
    t.equal(await outcome(login, change), "refused", name);
  }
});

/** Bytes of which those at `points` can be decoded. */
function randomMessage(length: number, points: readonly number[]): Uint8Array {
  const message = random.bytes(length);
  for (const at of points) message.set(p256.getPublicKey(p256.utils.randomSecretKey(random.bytes(48))), at);
  return message;
}

function isRefusal(result: string): boolean {
  return result === "malformed" || result === "refused" || result === "no login";
}

async function outcome(login: Attempt, change: Change): Promise<string> {
  try {
    return (await login(change)) ? "login" : "no login";
  } catch (error) {
    return error instanceof OpaqueError ? error.code : `${error}`;
  }
}
