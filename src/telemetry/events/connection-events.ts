import type { ConnectionEvents } from '../../sockets/lifecycle/connection-options.ts';
import { startHandshakeSpan } from '../tracing/handshake-span.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createThrottle } from '../logging/throttle.ts';
import type { Tracing } from '../tracing/tracing.ts';

const LOG_INTERVAL_MS = 1000;

/** Hints for the operator, by rejection code, where the client is not the cause. */
const HINTS: Readonly<Record<string, string>> = {
  'session-unknown':
    'the session belongs to another instance, or to this one before its restart: with several instances, polling needs sticky sessions at the load balancer, see deploy/',
  'instance-full': 'add instances, raise MAX_CONNECTIONS, or allow more open files (ulimit -n)',
};

/** All clients behind a proxy that is not trusted have the address of the proxy. */
const UNTRUSTED_PROXY_HINT =
  'these requests have X-Forwarded-For: if the address is that of your proxy, add it to TRUST_PROXY';

/** Counts connections, and logs refusals and closings, at most one line a second per reason. */
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
      // The message is part of the key: one mistake of many clients does not hide another.
      throttle(`${code} ${message}`, (heldBack) => {
        const hint = code === 'address-limit' && forwarded ? UNTRUSTED_PROXY_HINT : (known ?? HINTS[code]);
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
        logger.warn({ ...(heldBack > 0 && { heldBack }) }, 'a client sent a binary event; it was discarded'),
      );
    },
    attachmentDiscarded: () => metrics.attachmentsDiscarded.inc(),
    failed(error) {
      metrics.clientEventFailures.inc();
      throttle('client-event', () =>
        logger.error({ err: error }, 'handling a client failed; its connection is closed or its event ignored'),
      );
    },
  };
}
