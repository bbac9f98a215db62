import type { NotRun } from './fault.ts';
import type { Report } from './run-fault.ts';

const HEAD = [
  'fault',
  '',
  'delivered',
  'missing, announced',
  'missing, silent',
  'misdelivered',
  'duplicates',
  'time to notice',
  'time to heal',
  'as promised',
];

/** Markdown, aligned so that a terminal shows it as well. */
export function tableOf(reports: readonly Report[]): string {
  const rows = reports.map(({ fault, verdict, noticedAfter, healedAfter, failures }) => [
    fault.id,
    fault.title,
    ...[
      verdict.delivered,
      verdict.missingAnnounced,
      verdict.missingSilent,
      verdict.misdelivered,
      verdict.duplicate,
    ].map(String),
    fault.noticed ? seconds(noticedAfter) : '',
    seconds(healedAfter),
    failures.length === 0 ? 'yes' : `no: ${failures.join('; ')}`,
  ]);
  return grid([HEAD, ...rows]);
}

export function tableOfNotRun(faults: readonly NotRun[]): string {
  return grid([['fault', '', 'why not'], ...faults.map(({ id, title, reason }) => [id, title, reason])]);
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? 'never' : `${(ms / 1000).toFixed(1)} s`;
}

function grid(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
