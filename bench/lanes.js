// Load in a closed loop: each lane makes its next call when the last one is answered.

/**
 * Starts `inFlight` lanes. `call(done)` makes one call and tells `done(error)` once.
 * `completed` counts up; `stop()` resolves when no call is open any more.
 */
export function startLanes(inFlight, call) {
  const load = { completed: 0, failed: undefined, stop };
  let running = inFlight;
  let stopping = false;
  let stopped = () => {};

  const done = (error) => {
    if (error) {
      load.failed ??= error;
      stopping = true;
    }
    load.completed += 1;
    if (!stopping) call(done);
    else if (--running === 0) stopped();
  };
  for (let lane = 0; lane < inFlight; lane += 1) call(done);

  function stop() {
    stopping = true;
    return new Promise((resolve) => {
      stopped = resolve;
      if (running === 0) resolve();
    });
  }
  return load;
}
