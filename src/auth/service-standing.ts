import { explain, type ServiceFailure } from './service-failure.ts';

/** Whether the auth service can be used, as the last calls and probes have it. */
export interface ServiceStanding {
  /** It said something about a token. */
  answered(): void;
  failed(failure: ServiceFailure, by: 'call' | 'probe'): void;
  /** A connection to it stands. */
  reached(): void;
  isUnreached(): boolean;
  /** What is wrong, for /health; it goes by itself. */
  problem(): string | undefined;
}

/** A failure that no other followed, and no answer, is forgotten after that time. */
const FORGOTTEN_MS = 60_000;

export function createServiceStanding(now: () => number = () => performance.now()): ServiceStanding {
  let last: { readonly failure: ServiceFailure; readonly by: 'call' | 'probe'; readonly at: number } | undefined;
  // A service that sent a status was reached: the library has no words of its own for that.
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
      return `${reason} (${last.failure.status}), so clients with a token may not get in; the log has the cause`;
    },
  };
}
