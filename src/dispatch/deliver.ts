import type { EventRoute } from '../routes/plan.ts';
import type { Recipients } from '../routes/target.ts';
import type { Fanout, Stamp } from './fanout.ts';
import type { Message } from './message.ts';
import { dropped, textOf, type LiveOutcome } from './outcome.ts';
import type { MessageTrace } from './report.ts';

/**
 * Sends a message to its recipients on this instance. Never throws: an error of the fan-out becomes the drop `emit-failed`.
 *
 * @param stamp given for a durable route.
 */
export function deliver(
  route: EventRoute,
  message: Message,
  { rooms, except, skipped }: Pick<Recipients, 'rooms' | 'except' | 'skipped'>,
  fanout: Fanout,
  trace: MessageTrace | undefined,
  stamp?: Stamp,
): LiveOutcome {
  try {
    const recipients = fanout.count(rooms, except);
    if (recipients === 0) return { kind: 'not-here', route, skipped };
    const key = route.latestKey?.(message.value);
    fanout.emit(rooms, route.event, route.shape(message.text), key, stamp, trace?.traceparent, except);
    trace?.passed('sent', route);
    return { kind: 'delivered', route, recipients, skipped };
  } catch (error) {
    return dropped(route, 'emit-failed', textOf(error), skipped);
  }
}
