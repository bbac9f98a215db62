import { formatFinding, isRefused } from '../config/findings.ts';
import { loadRoutes } from '../config/routes-file.ts';
import type { Register, Terminal } from './command.ts';
import { EXIT } from './exit-codes.ts';

export const registerCheck: Register = (program, terminal) => {
  program
    .command('check')
    .description('tell everything that is wrong with a routes file and its schemas, and start nothing')
    .argument('[file]', 'the routes file', terminal.environment['ROUTES_FILE'] ?? 'config/routes.yaml')
    .action((file: string) => check(file, terminal));
};

function check(file: string, terminal: Terminal): void {
  const { config, findings } = loadRoutes(file, terminal.environment['CONFIG_ROOT']);
  for (const finding of findings) terminal.print(formatFinding(finding));
  const refused = isRefused(findings);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const told = [
    refused ? plural(errors, 'error') : plural(config?.routes.length ?? 0, 'route'),
    plural(findings.length - errors, 'warning'),
  ];
  terminal.print(`${file}: ${refused ? 'refused, ' : ''}${told.join(', ')}`);
  terminal.exitWith(refused ? EXIT.config : EXIT.ok);
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
