import { exponentialBackoff, jittered } from '../flow/backoff.ts';
import { ConnectFailed } from './connect-cause.ts';

/** Pauses before attempts to connect: short after a connection that lasted, growing while attempts fail. */
export interface ReconnectBackoff {
  connected(): void;
  lost(): void;
  failed(error: unknown): void;
  /** Milliseconds until the next attempt. */
  next(): number;
}

/** Redis is found within seconds of its return. */
const RETRY_MS = { shortest: 100, longest: 2000 };
/** Redis refuses again a moment after it refused; frequent attempts fill its log. */
const REFUSED_MS = 1500;
/** Connections that end soon are replaced within half a second all the same: messages are lost between them. */
const FLAPPING = 2;
/** A connection that lasted for so long counts as good. */
const STEADY_MS = 5000;

/** @param now in milliseconds. */
export function createReconnectBackoff(now: () => number = () => performance.now()): ReconnectBackoff {
  let failures = 0;
  let refused = false;
  let connectedAt = 0;
  return {
    connected: () => void (connectedAt = now()),
    lost() {
      refused = false;
      failures = now() - connectedAt > STEADY_MS ? 0 : Math.min(failures + 1, FLAPPING);
    },
    failed(error) {
      refused = error instanceof ConnectFailed && error.reason.refused;
      failures += 1;
    },
    next: () => jittered(refused ? REFUSED_MS : exponentialBackoff(RETRY_MS, failures)),
  };
}
