import { explain, type ServiceFailure } from '../../auth/service-failure.ts';
import type { ServiceProbeEvents } from '../../auth/service-probe.ts';
import type { Logger } from '../logging/logger.ts';
import { createThrottle } from '../logging/throttle.ts';

export interface Server {
  readonly address: string;
  readonly port: number;
}

const LOG_INTERVAL_MS = 10_000;

/** Logs why the auth service cannot be used: at most one line per status in ten seconds, with the cause and a hint. */
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
    failed: (failure) => log(failure, 'the auth service does not validate tokens'),
    notReached(failure) {
      isReached = false;
      log(failure, 'the auth service cannot be reached; retrying');
    },
    reached() {
      if (isReached === false) logger.info({ authService: server }, 'the auth service can be reached');
      isReached = true;
    },
  };
}
