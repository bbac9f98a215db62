import { createRequire } from 'node:module';
import { RE2JS } from 're2js';
import type * as Scslre from 'scslre';

/** The analysis of exponential patterns grows with their length. */
const MAX_LENGTH = 1000;

/** Returns why a pattern is refused. Exponential ones are refused because other programs run the same schema on backtracking engines. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters; write an enum, or a simpler one`;
  const invalid = failure(() => new RegExp(pattern, 'u'));
  if (invalid !== undefined) return `is no regular expression: ${invalid}`;
  const unsupported = failure(() => linearPattern(pattern));
  if (unsupported !== undefined)
    return `cannot be run in linear time, as RE2 does (no lookaround, no back-references): ${unsupported}`;
  return isExponential(pattern)
    ? 'takes exponential time on some texts: a repeated group repeats itself; rewrite it'
    : undefined;
}

/** A pattern without a repeated group cannot be exponential; for others the analyser is loaded, which takes 15 MB. */
function isExponential(pattern: string): boolean {
  if (!/\)[*+{]/.test(pattern)) return false;
  const { analyse }: typeof Scslre = createRequire(import.meta.url)('scslre');
  return analyse(new RegExp(pattern, 'u')).reports.some(({ exponential }) => exponential);
}

function failure(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Compiles a pattern with RE2 semantics: its time grows linearly with the text, whatever a publisher sends. */
export function linearPattern(pattern: string): { test(text: string): boolean; toString(): string } {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
  // ajv caches patterns by their text; without toString all would share the first.
  return { test: (text) => compiled.matcher(text).find(), toString: () => pattern };
}
