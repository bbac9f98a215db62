import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setInterval as every } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { io } from 'socket.io-client';
import { createApp } from '../src/app/app.ts';
import { readEnvironment } from '../src/config/environment/environment.ts';
import { formatFinding, type Finding } from '../src/config/text/findings.ts';
import { loadRoutes } from '../src/config/routes/load-routes.ts';
import { startSampleAuthService } from '../src/auth/sample-service.ts';
import { findRedis } from './redis.ts';
import { sampleMessages } from './sample-messages.ts';
import { createSpans } from './spans.ts';

const TOKENS = new Map([
  ['1|demoAliceXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX', '7'],
  ['2|demoBobXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX', '8'],
]);
const [ALICE = ''] = TOKENS.keys();
const PUBLISH_EVERY_MS = 1000;
/** One Ctrl-C brings two signals: the terminal sends one, npm another. */
const SAME_CTRL_C_MS = 500;
const OTLP = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
const VIEWER = 'http://localhost:4318';

const startSpan = createSpans(OTLP);

const say = (line = ''): boolean => process.stdout.write(`${line}\n`);

/** Redis, an auth service, the gateway and a stock client, all on this machine, until Ctrl-C. */
async function demo(): Promise<void> {
  const ended = stopAsked();
  await buildPages(ended);
  const redis = await findRedis(process.env['REDIS_URL']);
  const auth = await startSampleAuthService(TOKENS);
  const { app, port } = await startGateway(redis.url, auth.address);
  say(`Redis    ${redis.url}  (${redis.origin})`);
  say(`Auth     ${auth.address}  (sample gRPC service)`);
  say(`Gateway  http://localhost:${port}  (health at /health, metrics at /metrics)`);
  say(`Console  http://localhost:${port}/console  (and the events at /docs)`);
  say(
    `Traces   ${OTLP ?? `npx autotel-devtools, then OTEL_EXPORTER_OTLP_ENDPOINT=${VIEWER} npm run demo; see them at ${VIEWER}`}`,
  );
  introduce(port, redis.url);

  const client = io(`http://localhost:${port}`, { auth: { token: ALICE, trace: true }, transports: ['websocket'] });
  client.onAny((event: string, payload: unknown, meta?: { traceparent: string }) => {
    const span = startSpan('demo-client', `receive ${event}`, 'consumer', meta?.traceparent);
    say(`  ${event}  ${JSON.stringify(payload)}`);
    if (meta) span.end();
  });
  client.on('connect_error', (error) => say(`  refused: ${error.message}`));

  await publishUntil(ended, redis.url);

  say('\nStopping.');
  client.disconnect();
  await app.stop();
  auth.stop();
  await redis.stop();
}

/** Builds the console and the docs page here: a signal to a script of npm before this one would leave the build running. */
async function buildPages(ended: AbortSignal): Promise<void> {
  const vite = fileURLToPath(new URL('../node_modules/vite/bin/vite.js', import.meta.url));
  const build = spawn(process.execPath, [vite, 'build', 'console', '--logLevel', 'warn'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    signal: ended,
  });
  // Aborted, it reports an error and then its exit.
  build.on('error', () => undefined);
  await once(build, 'close');
  if (build.exitCode !== 0 && !ended.aborted) throw new Error('the pages could not be built');
}

/** Aborted by the first signal, also during the start; a later one ends the demo immediately. */
function stopAsked(): AbortSignal {
  const asked = new AbortController();
  let askedAt = Infinity;
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => {
      if (performance.now() - askedAt > SAME_CTRL_C_MS) process.exit(1);
      askedAt = Math.min(askedAt, performance.now());
      asked.abort();
    });
  // `npm run demo | head`
  process.stdout.on('error', () => asked.abort());
  return asked.signal;
}

function introduce(port: number, redisUrl: string): void {
  say('\nListen with a client of your own:');
  say('  import { io } from "socket.io-client";');
  say(`  io("http://localhost:${port}", { auth: { token: "${ALICE}" } }).onAny(console.log);`);
  say('Sample tokens:');
  for (const [token, user] of TOKENS) say(`  user ${user}  ${token}`);
  const gateway = `http://localhost:${port}`;
  const sale = '{"feature_id":1,"old_owner_id":8,"new_owner_id":7}';
  // Complete, so that each line can be pasted with any `.env`.
  say('\nTo paste into another terminal, in this folder:');
  say(`  REDIS_URL=${redisUrl} npx gateway publish notifications`);
  say(`  GATEWAY_TOKEN='${ALICE}' npx gateway tail --url ${gateway}`);
  say(`  npx gateway explain feature-status '${sale}' --user 7 --url ${gateway}`);
  say('A route or schema that you change in config/ or schemas/ is in force immediately.');
  say('\nBelow is what a stock Socket.IO client of user 7 receives. Ctrl-C stops everything.\n');
}

async function startGateway(redisUrl: string, authAddress: string) {
  const { settings, findings } = readEnvironment({
    BIND_ADDRESS: '127.0.0.1',
    NODE_ENV: 'development',
    LOG_LEVEL: 'warn',
    ...process.env,
    REDIS_URL: redisUrl,
    AUTH_SERVICE_ADDR: authAddress,
  });
  if (!settings) throw new Error(textOf(findings));
  const routes = loadRoutes(settings.routesFile, settings.configRoot);
  if (!routes.config) throw new Error(textOf(routes.findings));
  const app = createApp({ settings, routes: routes.config, environment: process.env });
  return { app, port: await app.start() };
}

function textOf(findings: readonly Finding[]): string {
  return findings.map(formatFinding).join('\n');
}

/** Plays the services: each second one of them publishes. */
async function publishUntil(signal: AbortSignal, redisUrl: string): Promise<void> {
  const publisher = new Redis(redisUrl);
  publisher.on('error', (error: Error) => say(`  publisher: ${error.message}`));
  let count = 0;
  try {
    for await (const _ of every(PUBLISH_EVERY_MS, undefined, { signal })) {
      const { channel, message } = sampleMessages(count);
      const span = startSpan('demo-publisher', `send ${channel}`, 'producer');
      await publisher.publish(channel, JSON.stringify({ ...message, traceparent: span.traceparent }));
      span.end();
      count += 1;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    publisher.disconnect();
  }
}

try {
  await demo();
  process.exit(0);
} catch (error) {
  process.stderr.write(`The demo stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
