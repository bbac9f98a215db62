import { explain, type ServiceFailure } from '../../auth/service-failure.ts';
import type { ServiceProbeEvents } from '../../auth/service-probe.ts';
import type { Logger } from '../logging/logger.ts';
import { createThrottle } from '../logging/throttle.ts';

export interface Server {
  readonly address: string;
  readonly port: number;
}

const LOG_INTERVAL_MS = 10_000;

/** Why the auth service cannot be used: one line for each status in ten seconds, with the cause and what to do. */
export function createFailureReport(
  logger: Logger,
  { address, port }: Server,
): ServiceProbeEvents & { failed(failure: ServiceFailure): void } {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  const server = `${address}:${port}`;
  let isReached: boolean | undefined;

  function log(failure: ServiceFailure, message: string): void {
    throttle(failure.status, (heldBack) => {
      const { status, words } = failure;
      const { reason, hint } = explain(failure);
      const cause = `${status}: ${words ?? reason}`;
      const more = { ...(words !== undefined && { reason }), hint, ...(heldBack > 0 && { heldBack }) };
      logger.warn({ authService: server, status, cause, ...more }, message);
    });
  }

  return {
    failed: (failure) => log(failure, 'the auth service gives no answer about a token'),
    notReached(failure) {
      isReached = false;
      log(failure, 'the auth service cannot be reached; trying again');
    },
    reached() {
      if (isReached === false) logger.info({ authService: server }, 'the auth service is reached');
      isReached = true;
    },
  };
}
