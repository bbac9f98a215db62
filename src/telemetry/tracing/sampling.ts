import type { TraceParent } from '../../routes/trace-context.ts';

/** Decides whether a trace is worth recording, before anything is made for it. `parent` is the sender's context. */
export type Sampling = (parent: TraceParent | undefined) => boolean;

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
