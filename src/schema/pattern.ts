import { RE2JS } from 're2js';
import { analyse } from 'scslre';

/** Telling exponential patterns takes longer the longer they are. */
const MAX_LENGTH = 1000;

/** Why a pattern is refused, or nothing. Others run the same schema on engines that backtrack, so exponential ones go too. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters; write an enum, or a simpler one`;
  const invalid = failure(() => new RegExp(pattern, 'u'));
  if (invalid !== undefined) return `is no regular expression: ${invalid}`;
  const unsupported = failure(() => linearPattern(pattern));
  if (unsupported !== undefined)
    return `cannot be run in linear time, as RE2 does (no lookaround, no back-references): ${unsupported}`;
  const exponential = analyse(new RegExp(pattern, 'u')).reports.some((report) => report.exponential);
  return exponential ? 'takes exponential time on some texts: a repeated group repeats itself; rewrite it' : undefined;
}

function failure(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** RE2 semantics: time grows with the text's length only, whatever a publisher sends. */
export function linearPattern(pattern: string): { test(text: string): boolean; toString(): string } {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
  // ajv tells patterns apart by their text: without it the first one would stand for all.
  return { test: (text) => compiled.matcher(text).find(), toString: () => pattern };
}
