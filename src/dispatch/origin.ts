import type { OpenEnvelope, Origin } from '../routes/envelope.ts';
import { parseTraceparent } from '../routes/trace-context.ts';
import type { Published } from './message.ts';

export const NO_ORIGIN: Origin = Object.freeze({
  traceparent: undefined,
  tracestate: undefined,
  publishedAt: undefined,
});

interface Enveloped {
  readonly openEnvelope: OpenEnvelope;
}

/**
 * Returns the origin of a message: the trace context of the first route whose envelope yields one.
 *
 * @param fallback the envelope for a message without routes.
 */
export function originOf(message: Published, routes: readonly Enveloped[], fallback?: OpenEnvelope): Origin {
  const envelope = routes[0]?.openEnvelope ?? fallback;
  if (envelope === undefined) return NO_ORIGIN;
  const first = message.openedBy(envelope);
  for (const route of routes) if (route.openEnvelope !== envelope) return firstTraced(message, routes);
  return first.kind === 'opened' ? first : NO_ORIGIN;
}

/** For the routes of one channel that have several envelopes. */
function firstTraced(message: Published, routes: readonly Enveloped[]): Origin {
  const opened = routes
    .map(({ openEnvelope }) => message.openedBy(openEnvelope))
    .filter((one) => one.kind === 'opened');
  const traced = opened.find(({ traceparent }) => parseTraceparent(traceparent) !== undefined);
  const timed = opened.find(({ publishedAt }) => publishedAt !== undefined);
  const { traceparent, tracestate } = traced ?? opened[0] ?? NO_ORIGIN;
  return { traceparent, tracestate, publishedAt: (traced?.publishedAt === undefined ? timed : traced)?.publishedAt };
}
