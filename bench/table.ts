import type { EntrantResult, RowResult } from './results.ts';
import type { Goal } from './rows.ts';

/** Markdown, aligned so that a terminal shows it as well. One table per set of entrants. */
export function tablesOf(rows: readonly RowResult[]): string {
  const alike = Map.groupBy(rows, ({ entrants }) => entrants.map(({ name }) => name).join('|'));
  return [...alike.values()].map((group) => `${costTable(group)}\n\n${paceTable(group)}`).join('\n\n');
}

/** Figures and ratios, beside the goals. */
function costTable(rows: readonly RowResult[]): string {
  const entrants = rows[0]?.entrants ?? [];
  const compared = entrants.filter(({ baseline }) => baseline !== undefined);
  const head = [
    'scenario',
    'unit',
    ...entrants.map(({ name }) => name),
    ...compared.map(({ name, baseline }) => `${name} : ${baseline}`),
    'reachable / stretch / limit',
    '',
  ];
  return grid([
    head,
    ...rows.map((row) => [
      row.title,
      row.unit,
      ...row.entrants.map(({ median }) => numberText(median.figure)),
      ...row.entrants.filter(({ baseline }) => baseline !== undefined).map(({ ratio }) => ratio?.toFixed(2) ?? ''),
      goalText(row.goal),
      remark(row),
    ]),
  ]);
}

/** How fast, how late, and whether the load generator had time to spare. */
function paceTable(rows: readonly RowResult[]): string {
  const entrants = rows[0]?.entrants ?? [];
  const head = [
    'scenario',
    ...entrants.flatMap(({ name }) => [`${name}: per second`, 'p50 / p99 ms', 'cpu, generator']),
  ];
  return grid([head, ...rows.map((row) => [row.title, ...row.entrants.flatMap(paceCells)])]);
}

function paceCells({ median: { perSecond, p50, p99, busy, generatorBusy } }: EntrantResult): string[] {
  const share = (value: number | undefined): string => (value === undefined ? '' : `${Math.round(value * 100)} %`);
  return [
    perSecond === undefined ? '' : Math.round(perSecond).toLocaleString('en'),
    p50 === undefined || p99 === undefined ? '' : `${numberText(p50)} / ${numberText(p99)}`,
    [share(busy), share(generatorBusy)].filter((text) => text !== '').join(', '),
  ];
}

function goalText(goal: Goal | undefined): string {
  if (!goal) return '';
  return [goal.reachable, goal.stretch, goal.limit].map((value) => value?.toFixed(2) ?? '–').join(' / ');
}

function remark({ goal, entrants }: RowResult): string {
  const broken = entrants.find(({ median }) => median.broken !== undefined);
  if (broken) return `not valid: ${broken.name}: ${broken.median.broken}`;
  const ratio = entrants[0]?.ratio;
  if (!goal || ratio === undefined) return '';
  if (ratio <= goal.stretch) return 'pass, stretch';
  return ratio <= goal.reachable ? 'pass' : 'miss';
}

export function numberText(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function grid([head = [], ...body]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...body].map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
