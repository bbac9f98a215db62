import { exponentialBackoff, jittered } from '../flow/backoff.ts';
import { ConnectFailed } from './server-connection.ts';

/** When to try again: at once after a link that held, ever later where nothing helps. */
export interface ReconnectBackoff {
  linked(): void;
  lost(): void;
  failed(error: unknown): void;
  /** Milliseconds until the next attempt. */
  next(): number;
}

/** Redis is found within seconds of its return. */
const RETRY_MS = { shortest: 100, longest: 2000 };
/** Whom Redis does not know is not let in a moment later either; asking in haste fills its log. */
const REFUSED_MS = 1500;
/** Links that end soon are replaced within half a second all the same: each moment between them is lost. */
const FLAPPING = 2;
/** A link that held for so long was a good one. */
const STEADY_MS = 5000;

export function createReconnectBackoff(now: () => number = () => performance.now()): ReconnectBackoff {
  let failures = 0;
  let refused = false;
  let linkedAt = 0;
  return {
    linked: () => void (linkedAt = now()),
    lost() {
      refused = false;
      failures = now() - linkedAt > STEADY_MS ? 0 : Math.min(failures + 1, FLAPPING);
    },
    failed(error) {
      refused = error instanceof ConnectFailed && error.refused;
      failures += 1;
    },
    next() {
      return jittered(refused ? REFUSED_MS : exponentialBackoff(RETRY_MS, failures));
    },
  };
}
