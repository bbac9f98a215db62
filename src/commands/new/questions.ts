import type { Terminal } from '../terminal.ts';

/** What the command must know, from options or from answers. */
export interface Wanted {
  readonly event: string;
  readonly target: string;
  readonly sample: string;
}

const QUESTIONS = {
  event: 'Event that clients receive',
  target: 'Who receives it: broadcast, user:<field> or users:<field>,<field>, with ? after one that may be absent',
  sample: 'File with a message as it is published, or the message as JSON',
} as const;

/** Prompts for what no option says; without a terminal it returns the problem. */
export async function completeOptions(options: Partial<Wanted>, ask: Terminal['ask']): Promise<Wanted | string> {
  const missing = (['event', 'target', 'sample'] as const).filter((name) => options[name] === undefined);
  if (missing.length > 0 && !ask) return `required: ${missing.map((name) => `--${name}`).join(', ')}`;
  const given = (await ask?.(missing.map((name) => `${QUESTIONS[name]}: `))) ?? [];
  const answers = { event: '', target: '', sample: '', ...options };
  for (const [i, name] of missing.entries()) answers[name] = given[i]?.trim() ?? '';
  const empty = missing.filter((name) => answers[name] === '');
  return empty.length > 0 ? `no answer for ${empty.map((name) => `--${name}`).join(', ')}` : answers;
}
