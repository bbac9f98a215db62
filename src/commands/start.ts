import { createApp, type App } from '../app/app.ts';
import { readEnvironment } from '../config/environment/environment.ts';
import { VARIABLES } from '../config/environment/variables.ts';
import { formatFinding, type Finding } from '../config/text/findings.ts';
import { createRoutesLoader } from '../config/routes/served-routes.ts';
import type { Register, StopSignal, Terminal, Variables } from './terminal.ts';
import { onParentEnded } from './parent-process.ts';
import { EXIT, exitCodeOf, type ExitCode } from './exit-codes.ts';

export const registerStart: Register = (command, terminal) => {
  command.action(() => start(terminal));
};

/**
 * Runs the gateway until a signal stops the process; settings or routes that are refused set the exit code instead.
 * @param metricsSharedFor milliseconds for which one metrics text answers all requests; the tests set 0.
 */
export async function start(terminal: Terminal, metricsSharedFor?: number): Promise<void> {
  const { settings, findings } = readEnvironment(terminal.environment);
  const loader = settings && createRoutesLoader(settings);
  const routes = loader?.now();
  const all = [...findings, ...(routes?.findings ?? [])];
  if (!settings || !loader || !routes?.config) {
    for (const finding of all) terminal.printError(formatFinding(finding));
    terminal.exitWith(EXIT.config);
    return;
  }
  const app = createApp({
    settings,
    routes: routes.config,
    loader,
    environment: terminal.environment,
    changedVariables: changesSince(terminal.environmentFile(), terminal),
    metricsSharedFor,
  });
  warn(app, all);
  // Handled from here on: without a handler SIGHUP ends the process. The folders are watched as well.
  process.on('SIGHUP', () => void app.reload());
  exitWhenBroken(app);
  if (stopWhenAsked(app, terminal)) return;
  try {
    const port = await app.start();
    app.logger.info({ port, routes: routes.config.routes.map(({ name }) => name) }, 'gateway started');
  } catch (error) {
    app.logger.fatal(error instanceof Error ? error.message : String(error));
    await exitWith(EXIT.failed, app);
  }
}

/** Variables that `.env` gives another value than it did at the start. */
function changesSince(atStart: Variables, terminal: Terminal): () => readonly string[] {
  const names = Object.values(VARIABLES).map(({ name }) => name);
  return () => {
    const now = readNow(terminal);
    return now === undefined ? ['.env'] : names.filter((name) => now[name] !== atStart[name]);
  };
}

/** Nothing where the file cannot be read any more: a start would refuse it. */
function readNow(terminal: Terminal): Variables | undefined {
  try {
    return terminal.environmentFile();
  } catch (error) {
    terminal.printError(`.env ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
/** Of one Ctrl-C two signals come below npm: the terminal sends one, npm another. */
const SAME_CTRL_C_MS = 500;

/** Stops in order at the first signal, immediately at the second. @returns whether a signal has arrived already. */
function stopWhenAsked(app: App, { earlySignals, parentPid }: Terminal): boolean {
  let first: { readonly signal: StopSignal; readonly at: number } | undefined;
  const asked = (signal: StopSignal): void => {
    const now = performance.now();
    if (first === undefined) {
      first = { signal, at: now };
      return void stop(app, signal);
    }
    if (signal === 'SIGINT' && first.signal === signal && now - first.at < SAME_CTRL_C_MS) return;
    app.logger.warn({ signal }, 'a second signal: stopping at once');
    process.exit(exitCodeOf(signal));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => asked(signal));
  for (const signal of earlySignals) asked(signal);
  onParentEnded(parentPid, () => first ?? asked('SIGTERM'));
  return first !== undefined;
}

async function stop(app: App, signal: string): Promise<void> {
  app.logger.info({ signal }, 'stopping');
  await app.stop();
  app.logger.info('stopped');
  await exitWith(EXIT.ok, app);
}

/** Exits after an uncaught error, whose state is unknown: a supervisor starts a new process, and clients reconnect to it. */
function exitWhenBroken(app: App): void {
  let broken = false;
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error: unknown) => {
      app.uncaught(error);
      if (!broken) void exitWith(EXIT.failed, app);
      broken = true;
    });
  }
}

async function exitWith(code: ExitCode, app: App): Promise<never> {
  await app.flush();
  process.exit(code);
}

function warn(app: App, findings: readonly Finding[]): void {
  for (const finding of findings) {
    app.logger.warn({ finding: finding.code, route: finding.route }, formatFinding(finding));
  }
}
