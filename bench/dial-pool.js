// Many connections, a few at a time.

const atOnce = 16;

/** Calls `dial` until `count` connections stand, and returns them. */
export async function dialPool(count, dial) {
  const connections = [];
  let begun = 0;
  const worker = async () => {
    while (begun < count) {
      begun += 1;
      connections.push(await dial());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return connections;
}
