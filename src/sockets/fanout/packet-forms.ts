import type { Stamp } from '../../dispatch/fanout.ts';
import { EventPacket } from './event-packet.ts';
import type { Recipient, RecipientOptions } from './recipient.ts';

export interface RoutedEvent {
  readonly event: string;
  readonly payload: string;
  readonly latestKey: string | undefined;
  /** Present for a durable route. */
  readonly stamp: Stamp | undefined;
  /** Present where the message is traced. */
  readonly traceparent: string | undefined;
}

/** An event in the form of each client (payload alone, with position, with trace); encoded once per form in use. */
export function packetForms({ event, payload, latestKey, stamp, traceparent }: RoutedEvent) {
  const forms: Record<'plain' | 'traced', { alone?: EventPacket; positioned?: EventPacket }> = {
    plain: {},
    traced: {},
  };

  return (recipient: Pick<Recipient, 'isWithheld' | keyof RecipientOptions>): EventPacket | undefined => {
    const trace = recipient.traced ? traceparent : undefined;
    const known = forms[trace === undefined ? 'plain' : 'traced'];
    if (stamp && recipient.isWithheld(stamp.route)) return undefined;
    if (stamp && recipient.resumable) {
      const { meta } = stamp;
      // No key, so it is never superseded: a newer position would hide the events left out.
      return meta && (known.positioned ??= new EventPacket(event, payload, undefined, withTrace(meta(), trace)));
    }
    if (stamp && !stamp.plain) return undefined;
    return (known.alone ??= new EventPacket(event, payload, latestKey, withTrace(undefined, trace)));
  };
}

/** Merges everything that a client requested into one `meta` object. */
function withTrace(meta: string | undefined, traceparent: string | undefined): string | undefined {
  if (traceparent === undefined) return meta;
  const member = `"traceparent":"${traceparent}"}`;
  return meta === undefined ? `{${member}` : `${meta.slice(0, -1)},${member}`;
}
