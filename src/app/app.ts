import { createFeed } from '../admin/feed.ts';
import { createLastRefusal } from '../admin/plan-answer.ts';
import { fromRoot, rootFor } from '../config/text/confined-files.ts';
import type { Settings } from '../config/environment/environment.ts';
import type { RoutesConfig } from '../config/routes/load-routes.ts';
import { createRoutesLoader, type RoutesLoader } from '../config/routes/served-routes.ts';
import { createHttpApp } from '../http/http-app.ts';
import { createHttpServer, listen } from '../http/http-server.ts';
import { connectSubscriber } from '../redis/subscriber.ts';
import { createLastReload } from '../reload/last-reload.ts';
import { createLivePlan, type LivePlan } from '../reload/live-plan.ts';
import { createReloading, type ReloadEvents, type Reloading, type ReloadOutcome } from '../reload/reload.ts';
import type { Plan } from '../routes/plan.ts';
import { createUpgradeRule } from '../sockets/servers/socket-path.ts';
import type { Subscriptions } from '../subscription/subscription.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { createDrainState, drainStages } from './drain-state.ts';
import {
  createConnections,
  createControl,
  createFdReserve,
  createLocalFanout,
  createTokenAuth,
} from './wire-connections.ts';
import {
  createRedisCommandParts,
  createDurableRoutes,
  createMessagePaths,
  createPlanSource,
  redisTarget,
  warnIneffectiveLimits,
  notifyAll,
} from './wire-messages.ts';
import {
  createAdminApi,
  createCounts,
  createProbes,
  createTelemetry,
  httpSettings,
  isDevelopment,
} from './wire-operations.ts';
import { startInOrder, type Stage } from './stages.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly routes: RoutesConfig;
  /** Read for the `OTEL_*` variables, which are OpenTelemetry's own. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What loaded the routes, so that a reload judges only what has changed since. */
  readonly loader?: RoutesLoader;
  /** Variables that only a start reads and that have changed since; nothing where there is no file to compare. */
  readonly changedVariables?: () => readonly string[];
  /** Milliseconds in which all who ask get one text of metrics; absent: a second. */
  readonly metricsSharedFor?: number | undefined;
}

export interface App {
  readonly logger: Telemetry['logger'];
  /** Resolves with the port once clients can connect. Redis may still be on its way: /health/ready tells. */
  start(): Promise<number>;
  /** Takes over the routes as the files have them now, or leaves everything as it is. */
  reload(): Promise<ReloadOutcome>;
  /** Resolves when everything is closed, or has had its time. */
  stop(): Promise<void>;
  /** Tells of an error that nobody caught: the end of this process. */
  uncaught(error: unknown): void;
  /** Resolves when logs and spans are out, or have had their time. */
  flush(): Promise<void>;
}

/** The composition root: the one place where all parts know each other. */
export function createApp(options: AppOptions): App {
  const { settings } = options;
  const live = createLivePlan(options.routes);
  const drainState = createDrainState(isDevelopment(settings) ? 0 : settings.preDrain * 1000);

  const telemetry = createTelemetry(settings, options.environment, live.current(), options.metricsSharedFor);
  const auth = createTokenAuth(settings, telemetry);
  const http = createHttpServer((...asked) => httpApp(...asked), createUpgradeRule(settings.socketPath));
  const fanout = createLocalFanout(settings, telemetry);
  const feed = createFeed();
  const tellLimits = warnIneffectiveLimits(settings, telemetry);
  tellLimits(live.current());
  const { commands, quarantine, streams } = createRedisCommandParts(settings, telemetry);
  const paths = createMessagePaths({ fanout, feed, quarantine }, settings, telemetry);
  const durable = createDurableRoutes(paths, streams, settings, telemetry);
  const limits = { ...settings, ...createFdReserve(http, settings, telemetry) };
  const connections = createConnections(http, limits, { auth, fanout, durable, drainState, telemetry });
  const control = createControl(auth, connections);
  const source = createPlanSource(live, { ...paths, control }, telemetry);
  const redis = connectSubscriber(redisTarget(settings), source, telemetry.source);
  const lastReload = createLastReload();
  const probes = createProbes(source, redis, durable, connections, drainState.isEnding, live, lastReload, auth);
  telemetry.read({ ...probes, ...createCounts({ auth, fanout, durable, connections }, limits) });
  const refusal = createLastRefusal();
  const admin = createAdminApi({ live, fanout, feed, refusal, probes }, settings, telemetry);
  const httpApp = createHttpApp({ probes, admin, ...httpSettings(settings, telemetry) });
  const reloaded = notifyAll(telemetry.reload.reloaded, refusal.reloaded, lastReload.reloaded);
  const swapped = notifyAll((plan: Plan) => durable.runPlan(plan), tellLimits);
  const reloading = createPlanReloading(options, { live, source, swapped }, { ...telemetry.reload, reloaded });

  let port = settings.port;
  // Started from top to bottom, stopped from bottom to top.
  const stages: Stage[] = [
    { name: 'telemetry', start: telemetry.stalls.start, stop: () => (telemetry.stalls.stop(), telemetry.flush()) },
    { name: 'auth', start: auth.start, stop: auth.close },
    { name: 'reload', start: reloading.watch, stop: reloading.stop },
    { name: 'commands', stop: async () => (await quarantine.settled(), commands.close()) },
    { name: 'source', start: redis.open, stop: () => (source.stop(), redis.close()) },
    { name: 'streams', start: () => durable.runPlan(live.current()), stop: () => durable.stop() },
    {
      name: 'http',
      start: async () => void (port = await listen(http, settings.port, settings.bindAddress)),
      stop: () => void http.close(),
    },
    // Polling clients fetch their goodbye with a new request: http closes after them.
    ...drainStages(settings, connections, feed, drainState),
  ];
  let stop = async (): Promise<void> => {};
  return {
    logger: telemetry.logger,
    async start() {
      stop = await startInOrder(stages, telemetry.stageFailed);
      return port;
    },
    reload: reloading.reload,
    stop: () => stop(),
    uncaught: telemetry.uncaught,
    flush: telemetry.flush,
  };
}

interface Reloaded {
  readonly live: LivePlan;
  readonly source: Subscriptions;
  readonly swapped: (plan: Plan) => void;
}

function createPlanReloading(
  { settings, changedVariables = () => [], loader = createRoutesLoader(settings) }: AppOptions,
  { live, source, swapped }: Reloaded,
  events: ReloadEvents,
): Reloading {
  const shown = (folder: string): string => fromRoot(folder, settings.configRoot ?? rootFor(settings.routesFile));
  return createReloading({
    live,
    load: loader.inSlices,
    changedVariables,
    subscribeTo: source.subscribeTo,
    swapped,
    events: {
      ...events,
      watchFailed: (folder, error) => events.watchFailed(shown(folder), error),
      watchLost: (folder) => events.watchLost(shown(folder)),
      watchFound: (folder) => events.watchFound(shown(folder)),
    },
  });
}
