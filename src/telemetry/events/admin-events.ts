import type { Logger } from '../logging/logger.ts';
import { createThrottle } from '../logging/throttle.ts';

const LOG_INTERVAL_MS = 1000;

/** Logs refused requests to `/admin`, at most one line a second per status, never with the credentials they carried. */
export function createAdminRefused(logger: Logger): (status: number, address: string) => void {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  return (status, address) =>
    throttle(String(status), (heldBack) =>
      logger.warn({ status, address, ...(heldBack > 0 && { heldBack }) }, 'admin request refused'),
    );
}
