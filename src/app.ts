import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createAdmin } from './admin/admin.ts';
import { createFeed, type Feed } from './admin/feed.ts';
import { createLastRefusal, type LastRefusal } from './admin/plan-answer.ts';
import { createAuth, type Auth } from './auth/auth.ts';
import type { GrpcTls } from './auth/grpc-checker.ts';
import { rejection } from './auth/rejection.ts';
import { grpcTlsFiles, redisTlsFiles, type Settings } from './config/environment.ts';
import { loadRoutes, heardByClients, type RoutesConfig } from './config/routes-file.ts';
import { createCopies } from './dispatch/copies.ts';
import { createDispatch, type Control, type DispatchOptions, type Fanout } from './dispatch/dispatch.ts';
import { createStreamDispatch, type StreamDispatchOptions } from './dispatch/stream-dispatch.ts';
import { DurableRoutes, type Durable } from './durable/durable.ts';
import { createAdminAccess } from './http/admin-access.ts';
import type { AdminApi } from './http/admin-routes.ts';
import { judgeHealth, type Probes } from './http/health.ts';
import { keepHeadRoom, openFileLimit, type HeadRoom } from './http/head-room.ts';
import { createHttpApp, type HttpAppOptions } from './http/http-app.ts';
import { createHttpServer, listen } from './http/http-server.ts';
import { publishOnce } from './redis/publisher.ts';
import { createRedisStreams, type RedisStreams } from './redis/streams.ts';
import { connectSubscriber, type RedisConnection } from './redis/subscriber.ts';
import type { RedisTarget } from './redis/topology.ts';
import type { Plan } from './routes/plan.ts';
import { NOTICE_ROOMS } from './routes/rooms.ts';
import {
  createLivePlan,
  createReloading,
  type LivePlan,
  type ReloadEvents,
  type Reloading,
  type ReloadOutcome,
} from './reload.ts';
import { acceptConnections, type ClientLimits, type Connections } from './sockets/connections.ts';
import { createFanout, type LocalFanout } from './sockets/fanout.ts';
import { createNotices, type Notices } from './sockets/notices.ts';
import { createSocketServer } from './sockets/socket-server.ts';
import type { Gap } from './source/gap.ts';
import { createSource, type Source } from './source/subscription.ts';
import { startInOrder, type Stage } from './stages.ts';
import { startTelemetry, type Telemetry } from './telemetry/telemetry.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly routes: RoutesConfig;
  /** Read for the `OTEL_*` variables, which are OpenTelemetry's own. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Variables that only a start reads and that have changed since; nothing where there is no file to compare. */
  readonly changedVariables?: () => readonly string[];
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
  const admission = createAdmission(isDevelopment(settings) ? 0 : settings.preDrain * 1000);

  const telemetry = createTelemetry(options, live.current());
  const auth = createTokenAuth(settings, telemetry);
  const http = createHttpServer((request, response) => httpApp(request, response));
  const fanout = createLocalFanout(settings, telemetry);
  const feed = createFeed();
  const paths = createMessagePaths(fanout, feed, settings, telemetry);
  const streams = createRedisStreams(redisTarget(settings), telemetry.source);
  const durable = createDurableRoutes(paths, streams, settings, telemetry);
  const limits = { ...settings, ...createHeadRoom(http, settings, telemetry) };
  const connections = createConnections(http, limits, { auth, fanout, durable, admission, telemetry });
  const control = createControl(auth, connections);
  const source = createPlanSource(live, { ...paths, control }, telemetry);
  const redis = connectSubscriber(redisTarget(settings), source, telemetry.source);
  const probes = createProbes(source, redis, durable, connections, admission.isEnding, live);
  telemetry.read({ ...probes, ...createCounts({ auth, fanout, durable, connections }, limits) });
  const refusal = createLastRefusal();
  const admin = createAdminApi({ live, fanout, feed, refusal, probes }, settings, telemetry);
  const httpApp = createHttpApp({ probes, admin, ...httpSettings(settings, telemetry) });
  const reloaded = toEach(telemetry.reload.reloaded, refusal.reloaded);
  const reloading = createPlanReloading(options, { live, source, durable }, { ...telemetry.reload, reloaded });

  let port = settings.port;
  // Started from top to bottom, stopped from bottom to top.
  const stages: Stage[] = [
    { name: 'telemetry', start: telemetry.stalls.start, stop: () => (telemetry.stalls.stop(), telemetry.flush()) },
    { name: 'auth', stop: auth.close },
    { name: 'reload', start: reloading.watch, stop: reloading.stop },
    { name: 'source', start: redis.open, stop: () => (source.stop(), redis.close()) },
    { name: 'streams', start: () => durable.follow(live.current()), stop: () => (durable.stop(), streams.close()) },
    {
      name: 'http',
      start: async () => void (port = await listen(http, settings.port, settings.bindAddress)),
      stop: () => void http.close(),
    },
    // Polling clients fetch their goodbye with a new request: http closes after them.
    ...drainStages(settings, connections, feed, admission),
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

/** What a pre-drain and a drain may take beyond their settings. */
const CLOSE_MS = 2500;

/** A stop begins with the last of them. */
function drainStages(settings: Settings, connections: Connections, feed: Feed, admission: Admission): Stage[] {
  const drainFor = settings.drainFor * 1000;
  return [
    { name: 'connections', stop: () => connections.drain(drainFor), stopWithin: drainFor + CLOSE_MS },
    // It has no end of its own, and the connections are waited for.
    { name: 'feed', stop: feed.close },
    { name: 'admission', stop: admission.close, stopWithin: settings.preDrain * 1000 + CLOSE_MS },
  ];
}

interface Admission {
  /** The gateway is not ready any more. */
  isEnding(): boolean;
  /** New handshakes are refused. */
  isClosed(): boolean;
  close(): Promise<void>;
}

/** Not ready at once; closed once load balancers have had that many milliseconds to see it. */
function createAdmission(preDrain: number): Admission {
  let isEnding = false;
  let isClosed = false;
  return {
    isEnding: () => isEnding,
    isClosed: () => isClosed,
    async close() {
      isEnding = true;
      await pause(preDrain);
      isClosed = true;
    },
  };
}

interface Reloaded {
  readonly live: LivePlan;
  readonly source: Source;
  readonly durable: Durable;
}

function createPlanReloading(
  { settings, changedVariables = () => [] }: AppOptions,
  { live, source, durable }: Reloaded,
  events: ReloadEvents,
): Reloading {
  return createReloading({
    live,
    load: () => loadRoutes(settings.routesFile, settings.configRoot),
    changedVariables,
    follow: source.follow,
    swapped: (plan) => durable.follow(plan),
    events,
  });
}

function createTelemetry({ settings, environment }: AppOptions, plan: Plan): Telemetry {
  const telemetry = startTelemetry({
    environment,
    authServiceAddr: settings.authServiceAddr,
    keepDrops: settings.traceDrops === 'always',
    level: settings.logLevel,
    pretty: settings.nodeEnv === 'development',
  });
  telemetry.reload.planLoaded(plan.routes);
  return telemetry;
}

function createLocalFanout(settings: Settings, telemetry: Telemetry): LocalFanout {
  return createFanout({
    maxBytes: settings.maxQueueBytes,
    maxAge: settings.maxQueueAge * 1000,
    events: telemetry.fanout,
  });
}

function createTokenAuth(settings: Settings, telemetry: Telemetry): Auth {
  return createAuth({
    address: settings.authServiceAddr,
    ...tlsOf(settings),
    anonymousAllowed: settings.authMode === 'optional',
    cacheLifetime: settings.authCacheTtl * 1000,
    events: telemetry.auth,
  });
}

/** Connections that there may be, by the settings and by open files. */
function createHeadRoom(
  http: Server,
  { maxConnections: wanted }: Settings,
  telemetry: Telemetry,
): Pick<HeadRoom, 'isUsedUp'> & { readonly maxConnections: number } {
  const { connections, isUsedUp } = keepHeadRoom(http, openFileLimit(), (address) =>
    telemetry.connections.refused(rejection('instance-full'), address, false),
  );
  if (wanted !== Infinity && wanted > connections)
    telemetry.logger.warn({ connections }, 'open files allow fewer connections than MAX_CONNECTIONS: raise ulimit -n');
  return { maxConnections: Math.min(wanted, connections), isUsedUp };
}

interface ConnectionParts {
  readonly auth: Auth;
  readonly fanout: LocalFanout;
  readonly durable: Durable;
  readonly admission: Admission;
  readonly telemetry: Telemetry;
}

function createConnections(
  http: Server,
  limits: Settings & Pick<HeadRoom, 'isUsedUp'>,
  { auth: { authenticator, revocations, calls }, fanout, durable, admission, telemetry }: ConnectionParts,
): Connections {
  const io = createSocketServer(http, limits.corsOrigin, { maxHttpBufferSize: limits.maxClientMessageBytes });
  return acceptConnections(io, {
    authenticator,
    revocations,
    revalidateWithin: limits.authRevalidate * 1000,
    fanout,
    limits,
    history: durable,
    origins: limits.corsOrigin,
    trustedProxies: limits.trustProxy,
    queryToken: limits.insecureQueryToken,
    closedBecause: () => {
      if (admission.isClosed()) return 'draining';
      if (limits.isUsedUp()) return 'instance-full';
      // Where anonymous clients are welcome everyone may knock: they need no auth service.
      return limits.authMode === 'required' ? calls.closedBecause() : undefined;
    },
    events: telemetry.connections,
  });
}

/** What the ways of messages have in common, whatever their source is. */
type MessagePaths = Omit<DispatchOptions, 'plan' | 'control'> & StreamDispatchOptions;

function createMessagePaths(fanout: Fanout, feed: Feed, settings: Settings, telemetry: Telemetry): MessagePaths {
  return {
    fanout,
    events: {
      begun: telemetry.messages.begun,
      handled: toEach(telemetry.messages.handled, telemetry.counts.handled, feed.handled),
    },
    limits: settings,
    copies: createCopies(),
  };
}

function createDurableRoutes(
  paths: MessagePaths,
  streams: RedisStreams,
  settings: Settings,
  telemetry: Telemetry,
): Durable {
  return new DurableRoutes({
    open: ({ key, field, idField }) => streams.open(key, { payload: field, eventId: idField }),
    dispatch: createStreamDispatch(paths),
    events: telemetry.durable,
    // Half of what cuts a client off: live events find room beside a replay.
    calmBytes: settings.maxQueueBytes / 2,
  });
}

/** Revocations, heard or perhaps missed. */
interface Revoking extends Control {
  /** Some may have passed unheard. */
  distrustAll(): void;
}

function createControl({ revocations }: Auth, connections: Connections): Revoking {
  return {
    disconnect(users) {
      revocations.revoke(users);
      return connections.disconnect(users);
    },
    distrustAll() {
      revocations.revokeAll();
      connections.revalidateAll();
    },
  };
}

function createPlanSource(
  live: LivePlan,
  paths: MessagePaths & { readonly control: Revoking },
  telemetry: Telemetry,
): Source {
  const dispatch = createDispatch({ plan: live.current, ...paths });
  const gapEnded = toEach(telemetry.source.gapEnded, createGapNotices(live, createNotices(paths.fanout)));
  // Each gap ends with this. So does the time before the first: clients may have come, and revocations for them.
  const subscribed = toEach(telemetry.source.subscribed, paths.control.distrustAll);
  const source = createSource(dispatch, { ...telemetry.source, gapEnded, subscribed });
  void source.follow(live.current().channels);
  return source;
}

/** Tells those who asked, of the routes that they may hear. */
function createGapNotices(live: LivePlan, notices: Notices): (gap: Gap) => void {
  return (gap) => {
    const routes = heardByClients(live.routes()).routes.filter(({ channels }) => channels.length > 0);
    const tell = (whom: 'users' | 'anonymous', affected: typeof routes): void => {
      if (affected.length === 0) return;
      notices.tell(NOTICE_ROOMS[whom], 'gateway:gap', { ...gap, routes: affected.map(({ name }) => name) });
    };
    tell('users', routes);
    tell(
      'anonymous',
      routes.filter(({ audience }) => audience === 'anyone'),
    );
  };
}

/** One event for several listeners, in this order. */
function toEach<T>(...listeners: readonly ((event: T) => void)[]): (event: T) => void {
  return (event) => {
    for (const listener of listeners) listener(event);
  };
}

/** What health and metrics ask of the parts. */
function createProbes(
  source: Source,
  redis: RedisConnection,
  durable: Durable,
  connections: Connections,
  draining: () => boolean,
  live: LivePlan,
) {
  return {
    source: source.state,
    redisProbed: redis.isProbed,
    unreadStreams: () => durable.unread(),
    draining,
    connections: connections.count,
    users: connections.users,
    plan() {
      const { number, hash, loadedAt, routes } = live.current();
      return { number, hash, loadedAt, routes: routes.length };
    },
  };
}

interface CountedParts extends Pick<ConnectionParts, 'auth' | 'fanout' | 'durable'> {
  readonly connections: Connections;
}

/** What metrics ask besides. */
function createCounts({ auth, fanout, durable, connections }: CountedParts, { maxConnections }: ClientLimits) {
  const { queuedBytes } = fanout;
  return { connections: connections.kinds, maxConnections, queuedBytes, authCalls: auth.calls, streams: durable };
}

interface AdminParts {
  readonly live: LivePlan;
  readonly fanout: Fanout;
  readonly feed: Feed;
  readonly refusal: LastRefusal;
  readonly probes: Probes;
}

function createAdminApi(parts: AdminParts, settings: Settings, telemetry: Telemetry): AdminApi {
  const { live, fanout, feed, refusal, probes } = parts;
  return createAdmin({
    live,
    feed,
    refusal,
    instance: { version: telemetry.version, mode: isDevelopment(settings) ? 'development' : 'production' },
    limits: settings,
    health: () => judgeHealth(probes),
    counts: telemetry.counts.read,
    socketsIn: fanout.count,
    publish: (publishing) => publishOnce(redisTarget(settings), publishing),
  });
}

function httpSettings(settings: Settings, telemetry: Telemetry): Omit<HttpAppOptions, 'probes' | 'admin'> {
  const development = isDevelopment(settings);
  const { adminToken: token, trustProxy, maxMessageBytes } = settings;
  return {
    adminAccess: createAdminAccess({ development, token, refused: telemetry.adminRefused }),
    maxMessageBytes,
    trustedProxies: trustProxy,
    exposition: telemetry.exposition,
    showUsers: development,
    adminToken: token,
    failed: telemetry.requestFailed,
  };
}

function isDevelopment({ nodeEnv }: Settings): boolean {
  return nodeEnv === 'development';
}

function redisTarget(settings: Settings): RedisTarget {
  return { address: settings.redis, tlsFiles: redisTlsFiles(settings) };
}

function tlsOf(settings: Settings): { tls?: GrpcTls } {
  if (!settings.grpcTlsEnabled) return {};
  const { ca, certificate, key } = grpcTlsFiles(settings);
  return { tls: { caFile: ca, certFile: certificate, keyFile: key } };
}
