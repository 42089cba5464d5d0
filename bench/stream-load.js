// Load by one stream: as many messages as the server can send and the client can read.

const forever = 0xffff_ffff;

/** `open(count)` opens a stream of so many messages, as an AsyncIterable. */
export function startStream(open) {
  const load = { completed: 0, failed: undefined, stop };
  let stopping = false;
  const ended = read();

  async function read() {
    try {
      for await (const _message of open(forever)) {
        load.completed += 1;
        if (stopping) return;
      }
    } catch (error) {
      load.failed ??= error;
    }
  }
  function stop() {
    stopping = true;
    return ended;
  }
  return load;
}
