import type { Outcome, Trial } from '../../dispatch/outcome.ts';
import type { Handled } from '../../dispatch/report.ts';
import { parseTraceparent } from '../../routes/trace-context.ts';
import type { Route } from '../../routes/plan.ts';
import type { Logger } from '../logging/logger.ts';
import { createThrottle } from '../logging/throttle.ts';
import { traceIdIn } from '../tracing/traceparent.ts';

const LOG_INTERVAL_MS = 1000;
/** For what may be ordinary: a channel with many kinds of messages, of which routes take some. */
const RARE_INTERVAL_MS = 60_000;
/** Routes of one channel that a log line names. */
const MOST_NAMED = 20;

/** Logs what became of messages: one line per interval, with the number of those held back. */
export function createMessageLog(logger: Logger) {
  const throttle = createThrottle(LOG_INTERVAL_MS);
  const rarely = createThrottle(RARE_INTERVAL_MS);

  function dropped(message: Handled, { route, reason, detail }: Outcome & { kind: 'dropped' }): void {
    // What cannot be read is a fact of the message: one line for all routes of the channel.
    const [where, named] =
      message.unread && route ? [message.channel, namesIn(message)] : [route?.name, { route: route?.name }];
    throttle(`${where}:${reason}`, (heldBack) => {
      const more = { ...traceOf(message), ...(heldBack > 0 && { heldBack }) };
      // The publisher of such a message meant that no user receives it.
      const level = reason === 'nobody' ? 'debug' : 'warn';
      logger[level]({ channel: message.channel, ...named, reason, detail, ...more }, 'message dropped');
    });
  }

  function passedOver(message: Handled): void {
    const { channel, filtered } = message;
    rarely(channel, (heldBack) => {
      const more = { ...traceOf(message), ...(heldBack > 0 && { heldBack }) };
      logger.info(
        { channel, routes: firstNames(filtered), ...more },
        'message passed over by all routes of its channel',
      );
    });
  }

  function disconnected(message: Handled, { route, recipients }: Outcome & { kind: 'disconnected' }): void {
    throttle(`${route.name}:disconnected`, (heldBack) => {
      const more = { ...traceOf(message), ...(heldBack > 0 && { heldBack }) };
      logger.info(
        { channel: message.channel, route: route.name, connections: recipients, ...more },
        'connections closed by control route',
      );
    });
  }

  function tried(message: Handled, route: string | undefined, { detail }: Trial): void {
    throttle(`${route}:schema_next`, (heldBack) => {
      const more = { ...traceOf(message), ...(heldBack > 0 && { heldBack }) };
      logger.warn({ channel: message.channel, route, detail, ...more }, 'message would be dropped by schema_next');
    });
  }

  return { dropped, passedOver, disconnected, tried };
}

/** Names the route of an unreadable message, or the first routes. */
function namesIn({ outcomes }: Handled): { route: string | undefined } | { routes: (string | undefined)[] } {
  const names = firstNames(outcomes.map(({ route }) => route));
  return names.length === 1 ? { route: names[0] } : { routes: names };
}

function firstNames(routes: readonly (Route | undefined)[]): (string | undefined)[] {
  return routes.slice(0, MOST_NAMED).map((route) => route?.name);
}

/** Returns the trace id even where the trace is not recorded: the publisher's logs may have it. */
function traceOf({ trace, traceparent }: Handled): { trace_id?: string } {
  const id = trace ? traceIdIn(trace.traceparent) : parseTraceparent(traceparent)?.traceId;
  return id === undefined ? {} : { trace_id: id };
}
