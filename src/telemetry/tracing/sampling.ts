import type { TraceParent } from '../../routes/trace-context.ts';

/** Decides whether a trace is recorded, before a span is created. `parent` is the context of the sender. */
export type Sampling = (parent: TraceParent | undefined) => boolean;

/** Creates the sampler that OTEL_TRACES_SAMPLER names; an unknown name gets the standard's default. */
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
  // The random end of the trace id decides, so that all services decide alike for one trace.
  return (parent) =>
    (parent === undefined ? random() : Number.parseInt(parent.traceId.slice(-13), 16) / 2 ** 52) < ratio;
}
