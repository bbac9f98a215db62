import type { RowResult } from './results.ts';

const ROW = 24;
const LEFT = 440;
const WIDTH = 1000;
const TOP = 70;
/** Ratios at the ends of the axis. */
const LEAST = 0.01;
const MOST = 2;
const GRID = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];

const BLUE = '#1f6feb';
const GREEN = '#2da44e';
const GREY = '#8c959f';
const INK = '#1f2328';

/** How the gateway's cost compares to naive's, scenario by scenario, with the goals: a logarithmic axis. */
export function plotOf(rows: readonly RowResult[], baseline: string): string {
  const shown = rows.filter(({ entrants }) => entrants[0]?.baseline === baseline);
  const height = TOP + shown.length * ROW + 20;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(10, 22, `Cost beside ${baseline}, which is 1; further left is better`, 'font-size="15"'),
    ...legend(),
    ...GRID.flatMap((ratio) => gridLine(ratio, height)),
    ...shown.flatMap((row, index) => rowMarks(row, TOP + index * ROW + ROW / 2)),
    '</svg>',
  ].join('\n')}\n`;
}

function x(ratio: number): number {
  const share = Math.log(ratio / LEAST) / Math.log(MOST / LEAST);
  return Math.round(LEFT + Math.min(Math.max(share, 0), 1) * (WIDTH - LEFT - 20));
}

function legend(): string[] {
  return [
    `<circle cx="16" cy="42" r="5" fill="${BLUE}"/>`,
    text(26, 46, 'the gateway'),
    tick(122, 42, GREEN, 3),
    text(130, 46, 'goal, reachable'),
    tick(236, 42, GREEN, 1),
    text(244, 46, 'goal, stretch'),
    tick(336, 42, GREY, 3),
    text(344, 46, 'C'),
  ];
}

function gridLine(ratio: number, height: number): string[] {
  const strong = ratio === 1 ? `stroke="${INK}"` : 'stroke="#d0d7de"';
  return [
    `<line x1="${x(ratio)}" x2="${x(ratio)}" y1="${TOP - 6}" y2="${height - 16}" ${strong}/>`,
    text(x(ratio), TOP - 10, String(ratio), 'text-anchor="middle"'),
  ];
}

function rowMarks({ title, unit, goal, entrants }: RowResult, y: number): string[] {
  const ratio = entrants[0]?.ratio ?? Number.NaN;
  return [
    text(LEFT - 12, y + 4, `${title}${unit.startsWith('ms') ? ` (${unit})` : ''}`, 'text-anchor="end"'),
    ...(goal ? [tick(x(goal.reachable), y, GREEN, 3), tick(x(goal.stretch), y, GREEN, 1)] : []),
    ...(goal?.limit === undefined ? [] : [tick(x(goal.limit), y, GREY, 3)]),
    `<circle cx="${x(ratio)}" cy="${y}" r="5" fill="${BLUE}"><title>${ratio.toFixed(2)}</title></circle>`,
  ];
}

function tick(at: number, y: number, colour: string, width: number): string {
  return `<line x1="${at}" x2="${at}" y1="${y - 8}" y2="${y + 8}" stroke="${colour}" stroke-width="${width}"/>`;
}

function text(at: number, y: number, content: string, more = ''): string {
  return `<text x="${at}" y="${y}" fill="${INK}" ${more}>${content}</text>`;
}
