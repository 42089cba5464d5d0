// How many attempts are too many, for how long, and of whom.

export interface ThrottleLimit {
  /** So many are let through; from the next one on, attempts are refused. */
  readonly attempts: number;
  /** They are counted for so long from the first one on, and then forgotten. Whole seconds, at most 20 days. */
  readonly withinS: number;
}

export interface ThrottleLimits {
  /** Failed logins with one name from one address (of IPv6: one network of 64 bits). */
  readonly loginsByNameAndAddress: ThrottleLimit;
  /** Failed logins with one name from everywhere; who logged in from there lately is not held up by it. */
  readonly loginsByName: ThrottleLimit;
  /** Failed logins from one address with any names. */
  readonly loginsByAddress: ThrottleLimit;
  /** Registrations from one address, failed ones included. */
  readonly registrationsByAddress: ThrottleLimit;
}

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;

/** Many people sit behind one address, so those limits are wide. */
export const DEFAULT_THROTTLE_LIMITS: ThrottleLimits = {
  loginsByNameAndAddress: { attempts: 10, withinS: 10 * MINUTE_S },
  loginsByName: { attempts: 200, withinS: HOUR_S },
  loginsByAddress: { attempts: 100, withinS: 10 * MINUTE_S },
  registrationsByAddress: { attempts: 100, withinS: HOUR_S },
};
