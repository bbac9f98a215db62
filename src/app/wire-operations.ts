import type { IncomingMessage } from 'node:http';
import { createAdmin } from '../admin/admin.ts';
import type { Feed } from '../admin/feed.ts';
import type { LastRefusal } from '../admin/plan-answer.ts';
import type { Auth } from '../auth/auth.ts';
import type { Settings } from '../config/environment/environment.ts';
import type { Fanout } from '../dispatch/fanout.ts';
import type { Durable } from '../durable/durable.ts';
import { createAdminAccess } from '../http/admin-access.ts';
import type { AdminApi } from '../http/admin-routes.ts';
import { judgeHealth, type Probes } from '../http/health.ts';
import type { HttpAppOptions } from '../http/http-app.ts';
import { publishOnce } from '../redis/publisher.ts';
import type { RedisConnection } from '../redis/subscriber.ts';
import type { LastReload } from '../reload/last-reload.ts';
import type { LivePlan } from '../reload/live-plan.ts';
import type { Plan } from '../routes/plan.ts';
import { createPeerOf } from '../sockets/servers/client-address.ts';
import type { ClientLimits } from '../sockets/lifecycle/connection-options.ts';
import type { Connections } from '../sockets/connections.ts';
import type { Subscriptions } from '../subscription/subscription.ts';
import { startTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import type { ConnectionParts } from './wire-connections.ts';
import { redisTarget } from './wire-messages.ts';

export function createTelemetry(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
  plan: Plan,
  metricsSharedFor?: number,
): Telemetry {
  const telemetry = startTelemetry({
    environment,
    authServiceAddr: authServiceOf(settings),
    keepDrops: settings.traceDrops === 'always',
    level: settings.logLevel,
    pretty: isDevelopment(settings),
    metricsSharedFor,
  });
  telemetry.reload.planLoaded(plan.routes);
  return telemetry;
}

/** host:port of the service that checks tokens. */
function authServiceOf({ authMethods, authHttpUrl: url, authServiceAddr }: Settings): string {
  if (!authMethods.includes('http') || url === undefined) return authServiceAddr;
  return url.port === '' ? `${url.hostname}:${url.protocol === 'https:' ? 443 : 80}` : url.host;
}

interface ProbedParts {
  readonly auth: Pick<Auth, 'problem'>;
  readonly source: Subscriptions;
  readonly redis: RedisConnection;
  readonly durable: Durable;
  readonly connections: Connections;
  readonly live: LivePlan;
  readonly lastReload: LastReload;
  readonly isEnding: () => boolean;
}

/** Creates the probes that health and metrics read. */
export function createProbes({ auth, source, redis, durable, connections, live, lastReload, isEnding }: ProbedParts) {
  return {
    authProblem: auth.problem,
    lastReload: lastReload.last,
    source: source.state,
    redisProbed: redis.isProbed,
    redisProblem: redis.problem,
    unreadStreams: () => durable.unread(),
    draining: isEnding,
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

/** Creates the counts that only metrics read. */
export function createCounts({ auth, fanout, durable, connections }: CountedParts, { maxConnections }: ClientLimits) {
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

export function createAdminApi(parts: AdminParts, settings: Settings, telemetry: Telemetry): AdminApi {
  const { live, fanout, feed, refusal, probes } = parts;
  return createAdmin({
    live,
    feed,
    refusal,
    instance: {
      version: telemetry.version,
      mode: isDevelopment(settings) ? 'development' : 'production',
      socketPath: settings.socketPath,
    },
    limits: settings,
    health: () => judgeHealth(probes),
    counts: telemetry.counts.read,
    socketsIn: fanout.count,
    publish: (publishing) => publishOnce(redisTarget(settings), publishing),
  });
}

export function httpSettings(
  settings: Settings,
  live: LivePlan,
  telemetry: Telemetry,
): Omit<HttpAppOptions, 'probes' | 'admin'> {
  const development = isDevelopment(settings);
  const { adminToken: token, trustProxy, maxMessageBytes, socketPath } = settings;
  const peerOf = createPeerOf(trustProxy);
  const addressOf = (request: IncomingMessage): string => peerOf(request).address;
  return {
    adminAccess: createAdminAccess({ development, token, addressOf, refused: telemetry.adminRefused }),
    maxMessageBytes,
    socketPath,
    exposition: telemetry.exposition,
    showUsers: development,
    userIds: live.current().userIds,
    adminToken: token,
    failed: telemetry.requestFailed,
  };
}

export function isDevelopment({ nodeEnv }: Settings): boolean {
  return nodeEnv === 'development';
}
