/** Decides whether a trace is worth recording, before anything is made for it. `parent` is the sender's context. */
export type Sampling = (parent: TraceParent | undefined) => boolean;

/** A W3C `traceparent`, read. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** W3C Trace Context, level 1; anything malformed is no parent at all. */
export function parseTraceparent(text: string | undefined): TraceParent | undefined {
  const match = text === undefined || text.length > 200 ? null : TRACEPARENT.exec(text);
  const [, traceId = '', spanId = '', flags = ''] = match ?? [];
  if (match === null || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  if (text?.startsWith('00-') && text.length !== 55) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The samplers that OTEL_TRACES_SAMPLER can name; an unknown one is the standard's default. */
export function createSampling(
  name = 'parentbased_always_on',
  argument = '1',
  random: () => number = Math.random,
): Sampling {
  const given = Number(argument);
  const ratio = given >= 0 && given <= 1 && argument !== '' ? given : 1;
  const root: Sampling = rootSampling(name.replace(/^parentbased_/, ''), ratio, random);
  if (!name.startsWith('parentbased_') && ROOTS.has(name)) return root;
  return (parent) => parent?.sampled ?? root(undefined);
}

const ROOTS = new Set(['always_on', 'always_off', 'traceidratio']);

function rootSampling(name: string, ratio: number, random: () => number): Sampling {
  if (name === 'always_off') return () => false;
  if (name !== 'traceidratio') return () => true;
  // By the id's random end, so that every service decides alike on one trace.
  return (parent) =>
    (parent === undefined ? random() : Number.parseInt(parent.traceId.slice(-13), 16) / 2 ** 52) < ratio;
}
