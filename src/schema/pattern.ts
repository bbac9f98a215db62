import { RE2JS } from 're2js';
import { analyse } from 'scslre';

/** Why a pattern is refused, or nothing. Others run the same schema on engines that backtrack, so exponential ones go too. */
export function patternProblem(pattern: string): string | undefined {
  try {
    const expression = new RegExp(pattern, 'u');
    linearPattern(pattern);
    const exponential = analyse(expression).reports.some((report) => report.exponential);
    return exponential
      ? 'takes exponential time on some texts: a repeated group repeats itself; rewrite it'
      : undefined;
  } catch (error) {
    return `is not a pattern of RE2 (no lookaround, no back-references): ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** RE2 semantics: time grows with the text's length only, whatever a publisher sends. */
export function linearPattern(pattern: string): { test(text: string): boolean } {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
  return { test: (text) => compiled.matcher(text).find() };
}
