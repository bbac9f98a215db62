import type { Stamp } from '../../dispatch/fanout.ts';
import { EventPacket } from './event-packet.ts';
import type { Recipient, RecipientOptions } from './recipient.ts';

export interface RoutedEvent {
  readonly event: string;
  readonly payload: string;
  readonly latestKey: string | undefined;
  /** Of a durable route. */
  readonly stamp: Stamp | undefined;
  /** Of a message that is recorded. */
  readonly traceparent: string | undefined;
}

/** An event in the form that each client gets it in; encoded once for each form that is asked for. */
export function packetForms({ event, payload, latestKey, stamp, traceparent }: RoutedEvent) {
  const forms: Record<'plain' | 'traced', { alone?: EventPacket; positioned?: EventPacket }> = {
    plain: {},
    traced: {},
  };

  return ({ held, resumable, traced }: Pick<Recipient, 'held' | keyof RecipientOptions>): EventPacket | undefined => {
    const trace = traced ? traceparent : undefined;
    const known = forms[trace === undefined ? 'plain' : 'traced'];
    if (stamp && held?.has(stamp.route)) return undefined;
    if (stamp && resumable) {
      const { meta } = stamp;
      // Never superseded: a newer position would hide what was left out.
      return meta && (known.positioned ??= new EventPacket(event, payload, undefined, withTrace(meta(), trace)));
    }
    if (stamp && !stamp.plain) return undefined;
    return (known.alone ??= new EventPacket(event, payload, latestKey, withTrace(undefined, trace)));
  };
}

/** One `meta` object for all that a client asked for. */
function withTrace(meta: string | undefined, traceparent: string | undefined): string | undefined {
  if (traceparent === undefined) return meta;
  const member = `"traceparent":"${traceparent}"}`;
  return meta === undefined ? `{${member}` : `${meta.slice(0, -1)},${member}`;
}
