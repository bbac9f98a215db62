import { onTestFinished } from 'vitest';
import { createApp, type App } from '../../src/app/app.ts';
import { readEnvironment } from '../../src/config/environment/environment.ts';
import { formatFinding } from '../../src/config/text/findings.ts';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import { freePort } from './ports.ts';
import { holdNoSecrets } from './secrets.ts';

/** A stop that waits for nobody. */
export const AT_ONCE = { PRE_DRAIN: '0', DRAIN_FOR: '0' };

export interface TestGateway {
  readonly port: number;
  readonly url: string;
  /** JSON of GET `path`, with its status. */
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; body: unknown }>;
  metrics(): Promise<string>;
  /**
   * Value of one series, such as `gateway_route_delivered_total{route="user-status"}`, or of all that a name without
   * labels has; 0 where there is none.
   */
  metric(series: string): Promise<number>;
  stop(): Promise<void>;
}

/** The whole gateway in this process, on the default routes unless `ROUTES_FILE` says otherwise. */
export async function startGateway(
  environment: Record<string, string>,
  finished: (stop: () => Promise<void>) => void = onTestFinished,
): Promise<TestGateway & Pick<App, 'reload'>> {
  const port = await freePort();
  const { settings, findings } = readEnvironment({
    LOG_LEVEL: 'silent',
    BIND_ADDRESS: '127.0.0.1',
    PORT: String(port),
    ...AT_ONCE,
    ...environment,
  });
  if (!settings) throw new Error(findings.map(formatFinding).join('\n'));
  const routes = loadRoutes(settings.routesFile, settings.configRoot);
  if (!routes.config) throw new Error(routes.findings.map(formatFinding).join('\n'));
  const app = createApp({ settings, routes: routes.config, environment, metricsSharedFor: 0 });
  await app.start();
  const gateway = gatewayAt(port, app.stop, 0);
  finished(async () => {
    await lastLook(gateway);
    await app.stop();
  });
  return { ...gateway, reload: app.reload };
}

/** At all that the test has brought into the metrics. */
async function lastLook({ url }: TestGateway): Promise<void> {
  const asking = fetch(`${url}/metrics?format=prometheus`, { signal: AbortSignal.timeout(2000) });
  // A test may have stopped it.
  const text = await asking.then((answer) => answer.text()).catch(() => '');
  holdNoSecrets('the metrics', text);
}

/** With a little more than the second, for timers that are early. */
const SHARED_MS = 1020;

/** @param sharedFor milliseconds in which the gateway hands out one text of metrics. */
export function gatewayAt(port: number, stop: () => Promise<void>, sharedFor = SHARED_MS): TestGateway {
  const url = `http://127.0.0.1:${port}`;
  let freshAt = -Infinity;
  const metrics = async (): Promise<string> => {
    // A text is shared for a second: what happened since the last one would be missing.
    const wait = freshAt + sharedFor - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const text = await (await fetch(`${url}/metrics?format=prometheus`)).text();
    holdNoSecrets('the metrics', text);
    freshAt = performance.now();
    return text;
  };
  return {
    port,
    url,
    metrics,
    async get(path, headers = {}) {
      const response = await fetch(url + path, { headers });
      const body: unknown = await response.json();
      return { status: response.status, body };
    },
    async metric(series) {
      const lines = (await metrics()).split('\n');
      const named = lines.filter((line) => line.startsWith(`${series} `) || line.startsWith(`${series}{`));
      return named.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    stop,
  };
}

/** Resolves once /health/ready says yes; where `wanted` is 503, once it says no. */
export async function untilReady(gateway: TestGateway, wanted = 200): Promise<void> {
  while ((await fetch(`${gateway.url}/health/ready`)).status !== wanted)
    await new Promise((resolve) => setTimeout(resolve, 25));
}
