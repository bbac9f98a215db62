import { explain, type ServiceFailure } from '../../auth/service-failure.ts';
import type { KeyEvents } from '../../auth/methods/jwt/key-source.ts';
import type { RevokedTokensEvents } from '../../auth/methods/jwt/revoked-tokens.ts';
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

/** Logs why the keys of the JWT issuer cannot be loaded: at most one line per cause in ten seconds. */
export function createKeyReport(logger: Logger): KeyEvents & RevokedTokensEvents {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  return {
    keysFailed(cause, kept) {
      const hint =
        'check AUTH_JWKS_URL or AUTH_JWT_KEY_FILE, and AUTH_HTTP_CA_FILE where its authority is a private one';
      const effect = kept ? 'the last loaded keys stay in use' : 'clients with a JWT are refused and come back';
      throttle(cause, (heldBack) => {
        const more = heldBack > 0 ? { heldBack } : {};
        logger.warn({ cause, hint, ...more }, `the keys of the JWT issuer cannot be loaded; ${effect}`);
      });
    },
    revocationsFailed(error) {
      throttle('revocations', (heldBack) => {
        const more = heldBack > 0 ? { heldBack } : {};
        logger.warn({ err: error, ...more }, 'the revocations of JWTs cannot be read or written in Redis; retrying');
      });
    },
    keysLoaded: (count) => logger.info({ keys: count }, 'the keys of the JWT issuer are loaded'),
  };
}
