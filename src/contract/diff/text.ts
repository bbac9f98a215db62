import { printable } from '../../config/text/findings.ts';
import { LEVELS, type Change, type Effect, type Level } from './change.ts';

export type PaintLevel = (level: Level, text: string) => string;

/** For people: what is different, and below it what that means to whom. */
export function diffLines(changes: readonly Change[], paint: PaintLevel): string[] {
  if (changes.length === 0) return ['nothing of the contract changed'];
  const widest = Math.max(...LEVELS.map((level) => level.length));
  const lines = changes.flatMap((one) => [
    `${paint(one.level, one.level.padEnd(widest))}  ${printable(placeOf(one) + one.what)}`,
    ...concerned(one).map(({ party, why }) => `${' '.repeat(widest)}  ${party}: ${printable(why)}`),
  ]);
  return [...lines, '', summaryOf(changes)];
}

/** Whoever is not hurt need not read of it, unless nobody is. */
function concerned({ level, effects }: Change): readonly Effect[] {
  return level === 'safe' ? effects : effects.filter((one) => one.level !== 'safe');
}

function placeOf({ route, event }: Change): string {
  if (route === undefined) return '';
  return event === undefined ? `route ${route}: ` : `route ${route}, event ${event}: `;
}

function summaryOf(changes: readonly Change[]): string {
  const counts = LEVELS.toReversed().map((level) => `${changes.filter((one) => one.level === level).length} ${level}`);
  return counts.join(', ');
}
