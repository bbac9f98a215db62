import type { EntrantResult, RowResult } from './results.ts';
import { isQuiet, type Goal, type Sample } from './rows.ts';

interface Column {
  readonly head: string;
  cell(row: RowResult): string;
}

const SCENARIO: Column = { head: 'scenario', cell: ({ title }) => title };

/** Markdown, aligned so that a terminal shows it as well: two tables per set of entrants. */
export function tablesOf(rows: readonly RowResult[]): string {
  const alike = Map.groupBy(rows, ({ entrants }) => entrants.map(({ name }) => name).join('|'));
  return [...alike.values()]
    .flatMap((group) => [grid(group, costColumns(group)), grid(group, paceColumns(group))])
    .filter((table) => table !== '')
    .join('\n\n');
}

/** Figures and ratios, beside the goals. */
function costColumns([first]: readonly RowResult[]): Column[] {
  const entrants = first?.entrants ?? [];
  return [
    { head: 'unit', cell: ({ unit }) => unit },
    ...entrants.map(({ name }) => ({ head: name, cell: of(name, ({ median }) => numberText(median.figure)) })),
    ...entrants.map(({ name, baseline }) => ({
      head: `${name} : ${baseline}`,
      cell: of(name, ({ ratio }) => ratio?.toFixed(2) ?? ''),
    })),
    { head: 'goal: reachable / stretch / C limit', cell: goalText },
    { head: '', cell: remark },
  ];
}

/** How fast, how late, and whether the load generator had time to spare. */
function paceColumns([first]: readonly RowResult[]): Column[] {
  const entrants = first?.entrants ?? [];
  return entrants.flatMap(({ name }) => [
    { head: `${name}: per second`, cell: of(name, ({ median }) => wholeText(median.perSecond)) },
    { head: 'p50 / p99 ms', cell: of(name, ({ median }) => latencyText(median)) },
    { head: 'cpu, generator', cell: of(name, ({ median }) => busyText(median)) },
  ]);
}

function of(name: string, text: (entrant: EntrantResult) => string): (row: RowResult) => string {
  return ({ entrants }) => {
    const entrant = entrants.find((candidate) => candidate.name === name);
    return entrant ? text(entrant) : '';
  };
}

function wholeText(value: number | undefined): string {
  return value === undefined ? '' : Math.round(value).toLocaleString('en');
}

function latencyText({ p50, p99 }: Sample): string {
  return p50 === undefined || p99 === undefined ? '' : `${numberText(p50)} / ${numberText(p99)}`;
}

function busyText({ busy, generatorBusy }: Sample): string {
  const shares = [busy, generatorBusy].filter((share) => share !== undefined);
  return shares.map((share) => `${Math.round(share * 100)} %`).join(', ');
}

/** Goals are for the first entrant, and for comparisons that it is not the baseline of. */
function goalInForce({ goal, entrants }: RowResult): Goal | undefined {
  return entrants[0]?.ratio === undefined ? undefined : goal;
}

function goalText(row: RowResult): string {
  const goal = goalInForce(row);
  if (!goal) return '';
  return [goal.reachable, goal.stretch, goal.limit].map((value) => value?.toFixed(2) ?? '–').join(' / ');
}

function remark(row: RowResult): string {
  const broken = row.entrants.find(({ median }) => median.broken !== undefined);
  if (broken) return `not valid: ${broken.name}: ${broken.median.broken}`;
  const disturbed = row.entrants.every(({ median }) => isQuiet(median)) ? undefined : 'disturbed';
  return [verdictOn(row), disturbed].filter((word) => word !== undefined).join(', ');
}

export type Verdict = 'stretch' | 'pass' | 'miss';

export function verdictOn(row: RowResult): Verdict | undefined {
  const goal = goalInForce(row);
  const ratio = row.entrants[0]?.ratio;
  if (!goal || ratio === undefined) return undefined;
  if (ratio <= goal.stretch) return 'stretch';
  return ratio <= goal.reachable ? 'pass' : 'miss';
}

function numberText(value: number): string {
  if (value >= 100) return wholeText(value);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Columns without anything in them are left out; nothing where no column is left. */
function grid(rows: readonly RowResult[], columns: readonly Column[]): string {
  const told = columns.filter(({ cell }) => rows.some((row) => cell(row) !== ''));
  if (told.length === 0) return '';
  const cells = [SCENARIO, ...told].map(({ head, cell }) => [head, ...rows.map(cell)]);
  const widths = cells.map((column) => Math.max(3, ...column.map((text) => text.length)));
  const line = (index: number): string =>
    `| ${cells.map((column, at) => (column[index] ?? '').padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const ruler = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(0), ruler, ...rows.map((_, index) => line(index + 1))].join('\n');
}
