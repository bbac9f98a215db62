import { formatFinding, isRefused } from '../config/findings.ts';
import { loadRoutes } from '../config/routes-file.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** Tells everything that is wrong with a routes file and its schemas, and starts nothing. */
export function check(file: string, root: string | undefined, print: (line: string) => void): ExitCode {
  const { config, findings } = loadRoutes(file, root);
  for (const finding of findings) print(formatFinding(finding));
  const refused = isRefused(findings);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  print(
    refused
      ? `${file}: refused, ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`
      : `${file}: ${plural(config?.routes.length ?? 0, 'route')}, ${plural(warnings, 'warning')}`,
  );
  return refused ? EXIT.config : EXIT.ok;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
