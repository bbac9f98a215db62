import { printable } from '../../config/text/findings.ts';
import { LEVELS, type Change, type Effect, type Level } from './change.ts';
import { receiverText, type FieldReceivers } from './receivers.ts';

export type PaintLevel = (level: Level, text: string) => string;

/** Text for people: each change, and below it the effects on each party; then the fields whose receivers differ. */
export function diffLines(
  changes: readonly Change[],
  receivers: readonly FieldReceivers[],
  paint: PaintLevel,
): string[] {
  if (changes.length === 0 && receivers.length === 0) return ['nothing of the contract changed'];
  const widest = Math.max(...LEVELS.map((level) => level.length));
  const lines = changes.flatMap((one) => [
    `${paint(one.level, one.level.padEnd(widest))}  ${printable(placeOf(one) + one.what)}`,
    ...concerned(one).map(({ party, why }) => `${' '.repeat(widest)}  ${party}: ${printable(why)}`),
  ]);
  const fields = receivers.map((one) => `  ${printable(receiverText(one))}`);
  const listed = fields.length === 0 ? [] : ['', 'who receives each field:', ...fields];
  return [...lines, ...listed, '', summaryOf(changes)];
}

/** Safe effects are left out, unless all are safe. */
export function concerned({ level, effects }: Change): readonly Effect[] {
  return level === 'safe' ? effects : effects.filter((one) => one.level !== 'safe');
}

function placeOf({ route, event }: Change): string {
  if (route === undefined) return '';
  return event === undefined ? `route ${route}: ` : `route ${route}, event ${event}: `;
}

export function summaryOf(changes: readonly Change[]): string {
  const counts = LEVELS.toReversed().map((level) => `${changes.filter((one) => one.level === level).length} ${level}`);
  return counts.join(', ');
}
