import type { RequestListener } from 'node:http';
import { createFeed } from '../admin/feed.ts';
import { createLastRefusal } from '../admin/plan-answer.ts';
import type { Settings } from '../config/environment/environment.ts';
import type { RoutesConfig } from '../config/routes/route-config.ts';
import type { RoutesLoader } from '../config/routes/served-routes.ts';
import { createHttpApp } from '../http/http-app.ts';
import { createHttpServer, listen } from '../http/http-server.ts';
import { connectSubscriber } from '../redis/subscriber.ts';
import { createLastReload } from '../reload/last-reload.ts';
import { createLivePlan } from '../reload/live-plan.ts';
import type { ReloadOutcome } from '../reload/reload.ts';
import type { Plan } from '../routes/plan.ts';
import { createUpgradeRule } from '../sockets/servers/socket-path.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { createDrainState, drainStages } from './drain-state.ts';
import { startInOrder, type Stage } from './stages.ts';
import { createTokenAuth } from './wire-auth.ts';
import {
  createConnections,
  createControl,
  createFdReserve,
  createLocalFanout,
  followIdentity,
} from './wire-connections.ts';
import {
  createDurableRoutes,
  createMessagePaths,
  createPlanSource,
  createRedisCommandParts,
  notifyAll,
  redisTarget,
  warnIneffectiveLimits,
} from './wire-messages.ts';
import {
  createAdminApi,
  createCounts,
  createProbes,
  createTelemetry,
  httpSettings,
  isDevelopment,
} from './wire-operations.ts';
import { createPlanReloading } from './wire-reload.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly routes: RoutesConfig;
  /** Read for the `OTEL_*` variables, which belong to OpenTelemetry. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The loader of `routes`, so that a reload checks only what has changed since. */
  readonly loader?: RoutesLoader;
  /** Names the variables that only a start reads and that have changed since; absent if there is no file to compare. */
  readonly changedVariables?: () => readonly string[];
  /** Milliseconds during which requests for metrics share one text; absent: a second. */
  readonly metricsSharedFor?: number | undefined;
}

export interface App {
  readonly logger: Telemetry['logger'];
  /** Resolves with the port once clients can connect. Redis may not be connected yet: see /health/ready. */
  start(): Promise<number>;
  /** Applies the routes as they are in the files now, or leaves everything unchanged. */
  reload(): Promise<ReloadOutcome>;
  /** Resolves when everything is closed, or its time is over. */
  stop(): Promise<void>;
  /** Logs an uncaught error, with which this process ends. */
  uncaught(error: unknown): void;
  /** Resolves when logs and spans are written, or their time is over. */
  flush(): Promise<void>;
}

/** The composition root: the one place where all parts know each other. Creates them in the order of their dependencies. */
export function createApp(options: AppOptions): App {
  const { settings } = options;
  const live = createLivePlan(options.routes);
  const telemetry = createTelemetry(settings, options.environment, live.current(), options.metricsSharedFor);
  const drainState = createDrainState(isDevelopment(settings) ? 0 : settings.preDrain * 1000);

  // Messages: Redis to the sockets of this instance.
  const fanout = createLocalFanout(settings, telemetry);
  const feed = createFeed();
  const { commands, quarantine, streams } = createRedisCommandParts(settings, telemetry);
  const paths = createMessagePaths({ fanout, feed, quarantine }, settings, telemetry);
  const durable = createDurableRoutes(paths, streams, settings, telemetry);

  // Clients: HTTP server, authentication, connections.
  const auth = createTokenAuth(settings, live, commands, telemetry);
  const requests = createLateListener();
  const http = createHttpServer(requests.listener, createUpgradeRule(settings.socketPath));
  const limits = { ...settings, ...createFdReserve(http, settings, telemetry) };
  const connections = createConnections(http, limits, { auth, fanout, durable, drainState, live, telemetry });

  // Subscription: needs the connections, which control routes close.
  const control = createControl(auth, connections);
  const source = createPlanSource(live, { ...paths, control }, telemetry);
  const redis = connectSubscriber(redisTarget(settings), source, telemetry.source);

  // Operations: health, metrics, admin.
  const [lastReload, refusal] = [createLastReload(), createLastRefusal()];
  const { isEnding } = drainState;
  const probes = createProbes({ auth, source, redis, durable, connections, live, lastReload, isEnding });
  telemetry.read({ ...probes, ...createCounts({ auth, fanout, durable, connections }, limits) });
  const admin = createAdminApi({ live, fanout, feed, refusal, probes }, settings, telemetry);
  requests.use(createHttpApp({ probes, admin, ...httpSettings(settings, live, telemetry) }));

  // Reload.
  const warnLimits = warnIneffectiveLimits(settings, telemetry, live.current());
  const follow = followIdentity(live, connections, control);
  const swapped = notifyAll((plan: Plan) => durable.runPlan(plan), warnLimits, follow);
  const reloaded = notifyAll(telemetry.reload.reloaded, refusal.reloaded, lastReload.reloaded);
  const { loader, changedVariables } = options;
  const events = { ...telemetry.reload, reloaded };
  const reloading = createPlanReloading(settings, { live, source, swapped, events, loader, changedVariables });

  let port = settings.port;
  // Started from top to bottom, stopped from bottom to top.
  return assembleApp(telemetry, reloading.reload, () => port, [
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
    // Polling clients receive their last packets with a new request, so http closes after them.
    ...drainStages(settings, connections, feed, drainState),
  ]);
}

function assembleApp(telemetry: Telemetry, reload: App['reload'], port: () => number, stages: readonly Stage[]): App {
  let stop = async (): Promise<void> => {};
  return {
    logger: telemetry.logger,
    async start() {
      stop = await startInOrder(stages, telemetry.stageFailed);
      return port();
    },
    reload,
    stop: () => stop(),
    uncaught: telemetry.uncaught,
    flush: telemetry.flush,
  };
}

/** A request listener that is set later: connections need the server, and the HTTP application needs the connections. */
function createLateListener(): { readonly listener: RequestListener; use(listener: RequestListener): void } {
  let current: RequestListener = () => {};
  return {
    listener: (request, response) => current(request, response),
    use: (listener) => void (current = listener),
  };
}
