import { readEnvironment, redisTlsFiles } from '../config/environment/environment.ts';
import { formatFinding, isRefused, type Finding } from '../config/text/findings.ts';
import { loadRoutes } from '../config/routes/load-routes.ts';
import type { RoutesConfig } from '../config/routes/route-config.ts';
import type { Question } from '../contract/explain/explain.ts';
import type { RedisTarget } from '../redis/redis-target.ts';
import type { Terminal } from './terminal.ts';
import { EXIT } from './exit-codes.ts';

/** What of the environment decides about messages, as the gateway itself would read it. */
export interface Rules {
  readonly routesFile: string;
  readonly configRoot?: string;
  readonly limits: Question['limits'];
}

// Only these: a wrong PORT is nothing to a command that listens on none.
const READ = [
  'ROUTES_FILE',
  'CONFIG_ROOT',
  'MAX_MESSAGE_BYTES',
  'MAX_MESSAGE_DEPTH',
  'MAX_MESSAGE_KEYS',
  'MAX_TARGET_IDS',
];

/** Returns undefined, after printing the findings, where a variable is malformed. */
export function readRules(terminal: Terminal): Rules | undefined {
  const { settings, findings } = readEnvironment(
    Object.fromEntries(READ.map((name) => [name, terminal.environment[name]])),
  );
  if (!settings) return refuse(findings, terminal);
  const { routesFile, configRoot } = settings;
  return { routesFile, limits: settings, ...(configRoot !== undefined && { configRoot }) };
}

/** Returns undefined, after printing the findings, where a variable of Redis is malformed. */
export function readRedis(terminal: Terminal): RedisTarget | undefined {
  const theirs = Object.entries(terminal.environment).filter(([name]) => name.startsWith('REDIS_'));
  const { settings, findings } = readEnvironment(Object.fromEntries(theirs));
  return settings
    ? { address: settings.redis, tlsFiles: redisTlsFiles(settings), natMap: settings.redisNatMap }
    : refuse(findings, terminal);
}

/** Returns undefined, after printing the findings, where the file is refused. */
export function openRoutes(file: string, { configRoot }: Rules, terminal: Terminal): RoutesConfig | undefined {
  const { config, findings } = loadRoutes(file, configRoot);
  return config ?? refuse(findings, terminal);
}

/** Prints findings, and sets the exit code where they refuse the file. */
export function refuse(findings: readonly Finding[], terminal: Terminal): undefined {
  for (const finding of findings) terminal.printError(formatFinding(finding));
  if (isRefused(findings)) terminal.exitWith(EXIT.config);
}
