import { describe, expect, test } from 'vitest';
import type { Entrant } from '../../bench/contest.ts';
import type { LoadReport } from '../../bench/generator.ts';
import { summarize } from '../../bench/results.ts';
import { sampleOf, type LoadRow } from '../../bench/rows.ts';
import { tablesOf, verdictOn } from '../../bench/table.ts';

const ROW: LoadRow = {
  name: 'unicast',
  title: 'to one user',
  unit: 'µs CPU / message',
  load: { kind: 'u', window: 64 },
  goal: { reachable: 0.5, stretch: 0.25 },
};

const REPORT: LoadReport = {
  sent: 1000,
  expected: 2000,
  delivered: 2000,
  surplus: 0,
  lost: 0,
  stalled: false,
  wall: 2,
  cpu: 0.01,
  othersCpu: 0.2,
  generatorCpu: 0.5,
  broadcastP50: -1,
  broadcastP99: -1,
  unicastP50: 1.5,
  unicastP99: 3,
};

describe('a sample', () => {
  test('is CPU time per message or per delivery, with pace, latency and who was busy', () => {
    expect(sampleOf(ROW, REPORT)).toEqual({
      figure: 10,
      perSecond: 500,
      p50: 1.5,
      p99: 3,
      busy: 0.005,
      generatorBusy: 0.25,
      disturbed: 0.1,
    });
    expect(sampleOf({ ...ROW, unit: 'µs CPU / delivery' }, REPORT).figure).toBe(5);
    expect(sampleOf({ ...ROW, unit: 'ms p99' }, REPORT).figure).toBe(3);
  });

  test.each([
    ['that lost deliveries', { delivered: 1990 }, '10 of 2000 deliveries did not come'],
    ['that stalled', { stalled: true }, '0 of 2000 deliveries did not come'],
    ['that doubled deliveries', { surplus: 7 }, '7 deliveries too many'],
    ['that lost clients', { lost: 3 }, '3 clients were disconnected'],
  ])('%s says so', (_, change, broken) => {
    expect(sampleOf(ROW, { ...REPORT, ...change }).broken).toBe(broken);
  });
});

const contender = { name: 'any', script: ['any'] } as const;
const NAIVE: Entrant = { name: 'naive', contender, crowd: { clients: 1 } };
const GATEWAY: Entrant = { ...NAIVE, name: 'gateway', baseline: 'naive' };

function resultsOf(gateway: readonly number[], naive: readonly number[]) {
  const measured = (entrant: Entrant, figures: readonly number[]) =>
    figures.map((figure) => ({ row: ROW, entrant, sample: { figure } }));
  return summarize([...measured(GATEWAY, gateway), ...measured(NAIVE, naive)]);
}

describe('results', () => {
  test('are medians, and ratios of medians to the baseline', () => {
    const [row] = resultsOf([3, 900, 2], [8, 10, 12, 11]);
    expect(row?.entrants).toMatchObject([
      { name: 'gateway', median: { figure: 3 }, ratio: 3 / 10.5 },
      { name: 'naive', median: { figure: 10.5 } },
    ]);
    expect(row?.entrants[1]).not.toHaveProperty('ratio');
  });

  test('leave out samples that others disturbed where three quiet ones are left, and else say so', () => {
    const disturbed = { figure: 50, disturbed: 0.4 };
    const judged = (quiet: number) => {
      const samples = [
        ...Array.from({ length: quiet }, () => ({ figure: 2, disturbed: 0.05 })),
        disturbed,
        disturbed,
        disturbed,
        disturbed,
      ];
      return summarize([
        ...samples.map((sample) => ({ row: ROW, entrant: GATEWAY, sample })),
        { row: ROW, entrant: NAIVE, sample: { figure: 10 } },
      ]);
    };
    expect(judged(3)[0]?.entrants[0]?.median.figure).toBe(2);
    expect(tablesOf(judged(3))).toContain('| stretch |');
    expect(judged(2)[0]?.entrants[0]?.median.figure).toBe(50);
    expect(tablesOf(judged(2))).toContain('| miss, disturbed |');
  });

  test.each([
    ['miss', 6],
    ['pass', 5],
    ['stretch', 2.5],
  ])('%s where naive takes 10 and the gateway %d', (verdict, figure) => {
    expect(resultsOf([figure], [10]).map(verdictOn)).toEqual([verdict]);
  });

  test('make a table with the goals, without columns that have nothing in them', () => {
    expect(
      tablesOf(resultsOf([4], [10]))
        .split('\n')
        .map((line) => line.replaceAll(/ +/g, ' ')),
    ).toEqual([
      '| scenario | unit | gateway | naive | gateway : naive | goal: reachable / stretch / C limit | |',
      expect.stringMatching(/^\| -+ \|/),
      '| to one user | µs CPU / message | 4.00 | 10.0 | 0.40 | 0.50 / 0.25 / – | pass |',
    ]);
  });

  test('that are not valid say so instead of a verdict', () => {
    const broken = summarize([
      { row: ROW, entrant: GATEWAY, sample: { figure: 1, broken: '7 deliveries too many' } },
      { row: ROW, entrant: NAIVE, sample: { figure: 10 } },
    ]);
    expect(tablesOf(broken)).toContain('not valid: gateway: 7 deliveries too many');
  });
});
