import type { Measurement } from './run-contest.ts';
import { isQuiet, type Goal, type Sample, type Unit } from './rows.ts';

export interface EntrantResult {
  readonly name: string;
  readonly baseline?: string;
  readonly median: Sample;
  /** To the baseline, of the medians. */
  readonly ratio?: number;
  readonly samples: readonly Sample[];
}

export interface RowResult {
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  readonly goal?: Goal;
  readonly entrants: readonly EntrantResult[];
}

export interface Results {
  readonly date: string;
  readonly conditions: Readonly<Record<string, string>>;
  readonly rows: readonly RowResult[];
}

export function summarize(measurements: readonly Measurement[]): RowResult[] {
  const byRow = Map.groupBy(measurements, ({ row }) => row);
  return [...byRow].map(([{ name, title, unit, goal }, ofRow]) => ({
    name,
    title,
    unit,
    ...(goal && { goal }),
    entrants: withRatios(ofRow),
  }));
}

function withRatios(ofRow: readonly Measurement[]): EntrantResult[] {
  const byEntrant = [...Map.groupBy(ofRow, ({ entrant }) => entrant)].map(([{ name, baseline }, measured]) => {
    const samples = measured.map(({ sample }) => sample);
    return { name, ...(baseline !== undefined && { baseline }), median: medianOf(quietOf(samples)), samples };
  });
  return byEntrant.map((result) => {
    const base = byEntrant.find(({ name }) => name === result.baseline);
    return base ? { ...result, ratio: result.median.figure / base.median.figure } : result;
  });
}

/** Samples that others disturbed do not count where enough are left; else all do, and the row says so. */
function quietOf(samples: readonly Sample[]): readonly Sample[] {
  const quiet = samples.filter(isQuiet);
  return quiet.length >= Math.min(ENOUGH, samples.length) ? quiet : samples;
}

const ENOUGH = 3;
const NUMBERS = ['perSecond', 'p50', 'p99', 'busy', 'generatorBusy', 'disturbed'] as const;

function medianOf(samples: readonly Sample[]): Sample {
  const broken = samples.find((sample) => sample.broken !== undefined)?.broken;
  const others = NUMBERS.flatMap((key) => {
    const values = samples.flatMap((sample) => sample[key] ?? []);
    return values.length > 0 ? [[key, median(values)] as const] : [];
  });
  return {
    figure: median(samples.map(({ figure }) => figure)),
    ...Object.fromEntries(others),
    ...(broken !== undefined && { broken }),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
