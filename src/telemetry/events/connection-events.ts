import type { ConnectionEvents } from '../../sockets/lifecycle/connection-options.ts';
import { startHandshakeSpan } from '../tracing/handshake-span.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createThrottle } from '../logging/throttle.ts';
import type { Tracing } from '../tracing/tracing.ts';

const LOG_INTERVAL_MS = 1000;

/** What an operator can do about a refusal whose cause is not the client. */
const HINTS: Readonly<Record<string, string>> = {
  'session-unknown':
    'a session of another instance, or of this one before it was restarted: with several instances polling needs sticky sessions at the load balancer, see deploy/',
  'instance-full': 'more instances, a higher MAX_CONNECTIONS, or more open files (ulimit -n)',
};

/** Behind a proxy that is not trusted all clients have its address. */
const OF_A_PROXY = 'these requests have X-Forwarded-For: if the address is that of your proxy, name it in TRUST_PROXY';

/** Sockets come and go: counters, and a log line per refusal and closing, at most one a second for each reason. */
export function createConnectionEvents(metrics: Metrics, logger: Logger, tracing: Tracing): ConnectionEvents {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  return {
    handshake: (transport) => startHandshakeSpan(tracing, transport),
    opened(authenticated) {
      metrics.connectionsOpened.inc({ identity: authenticated ? 'user' : 'anonymous' });
    },
    closed(reason, seconds) {
      metrics.connectionsClosed.inc({ reason });
      metrics.connectionDuration.observe(seconds);
    },
    refused({ code, message, retry, hint: known, found }, { address, forwarded }, traceId) {
      metrics.connectionsFailed.inc({ rejection: code });
      // By its words too: one mistake of many clients does not hide another.
      throttle(`${code} ${message}`, (heldBack) => {
        const hint = code === 'address-limit' && forwarded ? OF_A_PROXY : (known ?? HINTS[code]);
        const more = { ...(traceId !== undefined && { trace_id: traceId }), ...(heldBack > 0 && { heldBack }) };
        const what = { rejection: code, reason: message, retry, address, ...found, ...(hint && { hint }) };
        logger.warn({ ...what, ...more }, 'connection refused');
      });
    },
    closing(code) {
      metrics.closings.inc({ code });
      throttle(`closing ${code}`, (heldBack) =>
        logger.info({ code, ...(heldBack > 0 && { heldBack }) }, 'connection closed by the gateway'),
      );
    },
    revalidated: (outcome) => metrics.revalidations.inc({ outcome }),
    clientEvent(known) {
      metrics.clientEvents.inc({ kind: known ? 'known' : 'unknown' });
    },
    binaryEvent() {
      metrics.clientEvents.inc({ kind: 'binary' });
      throttle('binary-event', (heldBack) =>
        logger.warn(
          { ...(heldBack > 0 && { heldBack }) },
          'a client sent an event with bytes in it, which was discarded',
        ),
      );
    },
    attachmentDiscarded: () => metrics.attachmentsDiscarded.inc(),
    failed(error) {
      metrics.clientEventFailures.inc();
      throttle('client-event', () =>
        logger.error({ err: error }, 'handling a client failed; the client is closed or ignored'),
      );
    },
  };
}
