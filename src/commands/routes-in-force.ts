import { readEnvironment } from '../config/environment.ts';
import { formatFinding, isRefused, type Finding } from '../config/findings.ts';
import { loadRoutes, type RoutesConfig } from '../config/routes-file.ts';
import type { Terminal } from './command.ts';
import { EXIT } from './exit-codes.ts';

/** What of the environment decides about messages, as the gateway itself would read it. */
export interface Rules {
  readonly routesFile: string;
  readonly configRoot?: string;
  readonly maxMessageBytes: number;
}

/** Nothing where a variable is malformed, which is told. */
export function readRules(terminal: Terminal): Rules | undefined {
  // Only these: a wrong PORT is nothing to a command that listens on none.
  const { ROUTES_FILE, CONFIG_ROOT, MAX_MESSAGE_BYTES } = terminal.environment;
  const { settings, findings } = readEnvironment({ ROUTES_FILE, CONFIG_ROOT, MAX_MESSAGE_BYTES });
  if (!settings) return refuse(findings, terminal);
  const { routesFile, configRoot, maxMessageBytes } = settings;
  return { routesFile, maxMessageBytes, ...(configRoot !== undefined && { configRoot }) };
}

/** Nothing where the file is refused, which is told. */
export function openRoutes(file: string, { configRoot }: Rules, terminal: Terminal): RoutesConfig | undefined {
  const { config, findings } = loadRoutes(file, configRoot);
  return config ?? refuse(findings, terminal);
}

/** Tells what is wrong in files, and that the program ends with it. */
export function refuse(findings: readonly Finding[], terminal: Terminal): undefined {
  for (const finding of findings) terminal.printError(formatFinding(finding));
  if (isRefused(findings)) terminal.exitWith(EXIT.config);
}
