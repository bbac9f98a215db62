import { createApp, type App } from '../app.ts';
import { readEnvironment } from '../config/environment.ts';
import { formatFinding, type Finding } from '../config/findings.ts';
import { loadRoutes } from '../config/routes-file.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** Process-wide things that a test replaces. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly printError: (line: string) => void;
  readonly exit: (code: ExitCode) => void;
  /** Calls back when the process is asked to end. */
  readonly onStopSignal: (stop: (signal: string) => void) => void;
  /** Calls back for an error that nobody caught. */
  readonly onCrash: (crash: (error: unknown) => void) => void;
}

/** Runs the gateway until it is told to stop. */
export async function start(around: Surroundings): Promise<void> {
  const { settings, findings } = readEnvironment(around.environment);
  const routes = settings && loadRoutes(settings.routesFile, settings.configRoot);
  const all = [...findings, ...(routes?.findings ?? [])];
  if (!settings || !routes?.config) {
    for (const finding of all) around.printError(formatFinding(finding));
    around.exit(EXIT.config);
    return;
  }
  const app = createApp({ settings, routes: routes.config, environment: around.environment });
  warn(app, all);
  around.onStopSignal((signal) => void stop(app, signal, around));
  around.onCrash((error) => {
    app.logger.fatal({ err: error }, 'an error that nobody caught; exiting');
    around.exit(EXIT.failed);
  });
  try {
    const port = await app.start();
    app.logger.info({ port, routes: routes.config.routes.map(({ name }) => name) }, 'gateway started');
  } catch (error) {
    app.logger.fatal(error instanceof Error ? error.message : String(error));
    around.exit(EXIT.failed);
  }
}

async function stop(app: App, signal: string, around: Surroundings): Promise<void> {
  app.logger.info({ signal }, 'stopping');
  await app.stop();
  app.logger.info('stopped');
  around.exit(EXIT.ok);
}

function warn(app: App, findings: readonly Finding[]): void {
  for (const finding of findings)
    app.logger.warn({ finding: finding.code, route: finding.route }, formatFinding(finding));
}
