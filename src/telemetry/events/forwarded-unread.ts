import type { Logger } from '../logging/logger.ts';
import { createThrottle } from '../logging/throttle.ts';

/** A setting of the proxy, which each of its requests would repeat. */
const LOG_INTERVAL_MS = 60_000;

const HINT = 'let the proxy set X-Forwarded-For, X-Forwarded-Host and X-Forwarded-Proto';

/** Logs that a proxy in TRUST_PROXY names its clients in a header that is not read, at most once a minute. */
export function createForwardedUnread(logger: Logger, now?: () => number): (proxy: string) => void {
  const throttle = createThrottle(LOG_INTERVAL_MS, now);
  return (address) =>
    throttle('forwarded', (heldBack) =>
      logger.warn(
        { address, ...(heldBack > 0 && { heldBack }), hint: HINT },
        'a proxy in TRUST_PROXY sent Forwarded without X-Forwarded-For; Forwarded is not read, so its clients share the address of the proxy',
      ),
    );
}
