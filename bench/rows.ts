import type { Load, LoadReport } from './generator.ts';

/** A sample is worth little where others take more than this of the server's processor. */
const QUIET = 0.1;

export function isQuiet({ disturbed = 0 }: Sample): boolean {
  return disturbed < QUIET;
}

/** What one measurement of one server says. */
export interface Sample {
  /** The figure that rows are about, in the row's unit. */
  readonly figure: number;
  readonly perSecond?: number;
  /** Publish to receive, in milliseconds. */
  readonly p50?: number;
  readonly p99?: number;
  /** CPU seconds per second: of the server, and of the load generator. */
  readonly busy?: number;
  readonly generatorBusy?: number;
  /** CPU seconds per second that others took on the server's processor. */
  readonly disturbed?: number;
  /** Why this must not be believed. */
  readonly broken?: string;
}

export type Unit =
  | 'µs CPU / delivery'
  | 'µs CPU / message'
  | 'µs CPU / connect'
  | 'KB RSS / connection'
  | 'MB RSS'
  | 'ms p50'
  | 'ms p99';

/** Ratios to the naive server, or to the row's own baseline. */
export interface Goal {
  readonly reachable: number;
  readonly stretch: number;
  readonly limit?: number;
}

export interface Row {
  /** What `--scenario` selects by its beginning. */
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  readonly goal?: Goal;
}

/** A row that is measured by a load on clients that are there already. */
export interface LoadRow extends Row {
  readonly load: Load;
}

export function sampleOf({ unit, load }: LoadRow, report: LoadReport): Sample {
  const broadcast = load.kind === 'b' || (load.kind === 'o' && unit !== 'ms p99' && load.unicasts === undefined);
  const p50 = broadcast ? report.broadcastP50 : report.unicastP50;
  const p99 = broadcast ? report.broadcastP99 : report.unicastP99;
  const count = unit === 'µs CPU / delivery' ? report.delivered : report.sent;
  const figure = unit === 'ms p50' ? p50 : unit === 'ms p99' ? p99 : (report.cpu * 1e6) / count;
  const broken = faultOf(report);
  return {
    figure,
    perSecond: count / report.wall,
    p50,
    p99,
    busy: report.cpu / report.wall,
    generatorBusy: report.generatorCpu / report.wall,
    disturbed: report.othersCpu / report.wall,
    ...(broken !== undefined && { broken }),
  };
}

/** Numbers of a server that loses or doubles messages are worth nothing. */
function faultOf({ expected, delivered, surplus, lost, stalled }: LoadReport): string | undefined {
  if (lost > 0) return `${lost} clients were disconnected`;
  if (stalled || delivered !== expected) return `${expected - delivered} of ${expected} deliveries did not come`;
  return surplus > 0 ? `${surplus} deliveries too many` : undefined;
}
