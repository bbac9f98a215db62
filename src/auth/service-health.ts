import { explain, type ServiceFailure } from './service-failure.ts';

/** The state of the auth service, by the last calls and probes. */
export interface ServiceHealth {
  /** The service answered a call about a token. */
  answered(): void;
  failed(failure: ServiceFailure, by: 'call' | 'probe'): void;
  /** A connection to the service is open. */
  reached(): void;
  isUnreached(): boolean;
  /** What is wrong, for /health; it ends with the next answer, or by itself. */
  problem(): string | undefined;
}

/** A single failure, followed by no other failure and no answer, is forgotten after that time. */
const FORGOTTEN_MS = 60_000;

/** @param now in milliseconds. */
export function createServiceHealth(now: () => number = () => performance.now()): ServiceHealth {
  let last: { readonly failure: ServiceFailure; readonly by: 'call' | 'probe'; readonly at: number } | undefined;
  // A service that sent a status was reached: the library has no description of its own for that.
  const isUnreached = (): boolean =>
    last?.by === 'probe' || (last?.failure.status === 'UNAVAILABLE' && last.failure.words !== undefined);
  return {
    answered: () => void (last = undefined),
    failed: (failure, by) => void (last = { failure, by, at: now() }),
    reached: () => void (isUnreached() && (last = undefined)),
    isUnreached,
    problem() {
      if (last === undefined || (!isUnreached() && now() - last.at > FORGOTTEN_MS)) return undefined;
      const { reason } = explain(last.failure);
      return `${reason} (${last.failure.status}), so clients with a token may be refused; the log has the cause`;
    },
  };
}
