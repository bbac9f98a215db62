import { describe, expect, test } from 'vitest';
import { parseTraceparent } from '../../src/routes/trace-context.ts';
import { createSampling } from '../../src/telemetry/tracing/sampling.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('a traceparent', () => {
  test.each([
    [`00-${TRACE}-${SPAN}-01`, true],
    [`00-${TRACE}-${SPAN}-00`, false],
    [`00-${TRACE}-${SPAN}-03`, true],
    // Later versions may carry more.
    [`01-${TRACE}-${SPAN}-01-what-comes`, true],
  ])('%s is read', (text, sampled) => {
    expect(parseTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN, sampled });
  });

  test.each([
    undefined,
    '',
    'nonsense',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-01${'x'.repeat(300)}`,
  ])('%s is no parent', (text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });
});

describe('the standard samplers', () => {
  const parent = (sampled: boolean, traceId = TRACE) => ({ traceId, spanId: SPAN, sampled });
  const low = '00000000000000000000000000000001';
  const high = 'ffffffffffffffffffffffffffffffff';
  test.each([
    ['always_on', undefined, undefined, true],
    ['always_on', undefined, parent(false), true],
    ['always_off', undefined, parent(true), false],
    ['traceidratio', '0.5', parent(false, low), true],
    ['traceidratio', '0.5', parent(true, high), false],
    ['parentbased_always_on', undefined, parent(false), false],
    ['parentbased_always_on', undefined, undefined, true],
    ['parentbased_always_off', undefined, undefined, false],
    ['parentbased_always_off', undefined, parent(true), true],
    ['parentbased_traceidratio', '0', undefined, false],
    ['parentbased_traceidratio', '1', undefined, true],
    ['no-such-sampler', undefined, undefined, true],
    ['no-such-sampler', undefined, parent(false), false],
  ])('%s %s, parent %o: %s', (name, ratio, from, recorded) => {
    expect(createSampling(name, ratio, () => 0.5)(from)).toBe(recorded);
  });
});
