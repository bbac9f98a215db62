import { isObject } from '../../schema/json.ts';

/** Where a message carries what is meant for the gateway. */
export type Envelope =
  /** Top-level fields beside those of the payload. */
  | { readonly kind: 'fields'; readonly traceparent: string; readonly time?: string }
  /** CloudEvents 1.0 in JSON: attributes, and the payload in `data`. */
  | { readonly kind: 'cloudevents' };

export const DEFAULT_ENVELOPE: Envelope = { kind: 'fields', traceparent: 'traceparent' };

/** What a routes file says of it, with defaults for what is absent or of a wrong shape. */
export function readEnvelope(routesFile: unknown): Envelope {
  const envelope = isObject(routesFile) ? routesFile['envelope'] : undefined;
  if (envelope === 'cloudevents') return { kind: 'cloudevents' };
  if (!isObject(envelope)) return DEFAULT_ENVELOPE;
  const { traceparent, time } = envelope;
  return {
    kind: 'fields',
    traceparent: typeof traceparent === 'string' ? traceparent : 'traceparent',
    ...(typeof time === 'string' && { time }),
  };
}

/** Fields that are taken off before a schema or a client sees the payload. */
export function envelopeFields(envelope: Envelope): readonly string[] {
  if (envelope.kind === 'cloudevents') return [];
  return [envelope.traceparent, ...(envelope.time === undefined ? [] : [envelope.time])];
}
