import { isObject } from '../../schema/json.ts';

/** Where a message carries its trace context and time. */
export type Envelope =
  /** Top-level fields next to those of the payload. */
  | { readonly kind: 'fields'; readonly traceparent: string; readonly time?: string }
  /** CloudEvents 1.0 in JSON: attributes, and the payload in `data`. */
  | { readonly kind: 'cloudevents' };

export const DEFAULT_ENVELOPE: Envelope = { kind: 'fields', traceparent: 'traceparent' };

/** Reads `envelope` of a routes file; absent or malformed fields get their defaults. */
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

/** Fields that are removed before the schema validates the payload and before clients receive it. */
export function envelopeFields(envelope: Envelope): readonly string[] {
  if (envelope.kind === 'cloudevents') return [];
  return [envelope.traceparent, ...(envelope.time === undefined ? [] : [envelope.time])];
}

/** Returns the path in the body of a field of the message as published; undefined for one that belongs to the envelope. */
export function bodyPath(envelope: Envelope, path: readonly string[]): readonly string[] | undefined {
  const [first = '', ...rest] = path;
  if (envelope.kind === 'cloudevents') return first === 'data' && rest.length > 0 ? rest : undefined;
  return envelopeFields(envelope).includes(first) ? undefined : path;
}
