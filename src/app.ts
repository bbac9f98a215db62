import { createAuthenticator } from './auth/authenticator.ts';
import { createBreaker } from './auth/breaker.ts';
import { createGrpcChecker, type GrpcTls } from './auth/grpc-checker.ts';
import type { Settings } from './config/environment.ts';
import type { RoutesConfig } from './config/routes-file.ts';
import { createDispatch } from './dispatch/dispatch.ts';
import { createHttpApp } from './http/http-app.ts';
import { createHttpServer, listen } from './http/http-server.ts';
import { connectSubscriber } from './redis/subscriber.ts';
import { compilePlan, type Plan } from './routes/plan.ts';
import { acceptConnections } from './sockets/connections.ts';
import { createFanout } from './sockets/fanout.ts';
import { createSocketServer } from './sockets/socket-server.ts';
import { createSource } from './source/subscription.ts';
import { startInOrder, type Stage } from './stages.ts';
import { startTelemetry, type Telemetry } from './telemetry/telemetry.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly routes: RoutesConfig;
  /** Read for the `OTEL_*` variables, which are OpenTelemetry's own. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface App {
  readonly logger: Telemetry['logger'];
  /** Resolves with the port once clients can connect. Redis may still be on its way: /health/ready tells. */
  start(): Promise<number>;
  /** Resolves when everything is closed, or has had its time. */
  stop(): Promise<void>;
}

/** The composition root: the one place where all parts know each other. */
export function createApp({ settings, routes, environment }: AppOptions): App {
  const plan = compilePlan(routes, 1);
  let draining = false;

  const telemetry = startTelemetry({
    environment,
    authServiceAddr: settings.authServiceAddr,
    level: settings.logLevel,
    pretty: settings.nodeEnv === 'development',
  });
  telemetry.planLoaded(plan.routes);

  const breaker = createBreaker();
  const checker = createGrpcChecker({ address: settings.authServiceAddr, ...tlsOf(settings) });
  const authenticator = createAuthenticator({
    checker,
    breaker,
    events: telemetry.auth,
    anonymousAllowed: settings.authMode === 'optional',
  });

  const http = createHttpServer((request, response) => httpApp(request, response));
  const io = createSocketServer(http, settings.corsOrigin);
  const connections = acceptConnections(io, {
    authenticator,
    origins: settings.corsOrigin,
    trustedProxies: settings.trustProxy,
    queryToken: settings.insecureQueryToken,
    // Where anonymous clients are welcome everyone may knock: they need no auth service.
    closedBecause: () => {
      if (draining) return 'draining';
      return settings.authMode === 'required' && breaker.isOpen() ? 'auth-unavailable' : undefined;
    },
    events: telemetry.connections,
  });

  const dispatch = createDispatch({
    plan: () => plan,
    fanout: createFanout(io),
    events: telemetry.messages,
    maxBytes: settings.maxMessageBytes,
  });
  const source = createSource({ channels: () => plan.channels, dispatch, events: telemetry.source });
  const redis = connectSubscriber(settings.redis, source, telemetry.source);

  const probes = {
    source: source.state,
    draining: () => draining,
    connections: connections.count,
    users: connections.users,
    plan: () => describe(plan),
  };
  telemetry.read(probes);
  const httpApp = createHttpApp({
    probes,
    exposition: telemetry.exposition,
    showUsers: settings.nodeEnv === 'development',
    adminToken: settings.adminToken,
    failed: telemetry.requestFailed,
  });

  // Started from top to bottom, stopped from bottom to top.
  let port = 0;
  const stages: Stage[] = [
    { name: 'telemetry', stop: telemetry.stop },
    { name: 'auth', stop: checker.close },
    { name: 'redis', start: redis.open, stop: redis.close },
    { name: 'connections', stop: connections.closeAll },
    {
      name: 'accepting',
      start: async () => {
        port = await listen(http, settings.port, settings.bindAddress);
      },
      stop: () => void http.close(),
    },
    { name: 'readiness', stop: () => void (draining = true) },
  ];
  let stop = async (): Promise<void> => {};
  return {
    logger: telemetry.logger,
    async start() {
      stop = await startInOrder(stages, telemetry.stageFailed);
      return port;
    },
    stop: () => stop(),
  };
}

function describe({ number, hash, loadedAt, routes }: Plan): {
  number: number;
  hash: string;
  loadedAt: Date;
  routes: number;
} {
  return { number, hash, loadedAt, routes: routes.length };
}

function tlsOf(settings: Settings): { tls?: GrpcTls } {
  if (!settings.grpcTlsEnabled) return {};
  return {
    tls: {
      caFile: settings.grpcTlsCaFile,
      certFile: settings.grpcTlsClientCertFile,
      keyFile: settings.grpcTlsClientKeyFile,
    },
  };
}
