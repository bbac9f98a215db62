import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../demo/ports.ts';
import { launch, until, WORKPLACE, type Child } from './children.ts';
import { placesOf, scriptAt, startRedis, type Service } from './services.ts';

/** A server that can be measured. */
export interface Contender {
  readonly name: string;
  /** The script and its arguments. */
  readonly script: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
}

/** A contender in a process of its own, with a Redis of its own. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  readonly redisPort: number;
  readonly process: Child['process'];
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const NAIVE: Contender = { name: 'naive', script: [scriptAt('./naive/server.ts')] };
export const PLAIN_WS: Contender = { name: 'plain ws', script: [scriptAt('./plain-ws/server.ts')] };

/**
 * Of a copy, so that nobody's next build disturbs the run.
 * @param dist a built gateway; without it the source as it is now is built.
 */
export function gatewayOf(name: string, dist?: string): Contender {
  const copy = join(WORKPLACE, name.replace(/\W+/g, '-'));
  const from = dist === undefined ? ROOT : dirname(resolve(dist));
  if (dist === undefined) build(join(copy, 'dist'));
  else cpSync(resolve(dist), join(copy, 'dist'), { recursive: true });
  for (const part of ['proto', 'schemas', 'package.json'])
    cpSync(join(from, part), join(copy, part), { recursive: true });
  const modules = join(from, 'node_modules');
  symlinkSync(existsSync(modules) ? modules : join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return { name, script: [join(copy, 'dist/main.js'), 'start'] };
}

function build(outDir: string): void {
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', outDir], { stdio: 'inherit' });
}

/** All clients come from one address, as fast as they can. Not 0: what limits cost belongs to the figures. */
const FAR_LIMITS = { MAX_CONNECTIONS_PER_ADDRESS: '1000000', MAX_HANDSHAKES_PER_SECOND: '1000000' };

export async function startContender(contender: Contender, auth: Service): Promise<Server> {
  const [redis, port] = await Promise.all([startRedis(), freePort()]);
  const env = {
    ...placesOf(port, redis, auth),
    NODE_ENV: 'production',
    ...FAR_LIMITS,
    ...contender.env,
  };
  const command = [process.execPath, ...(contender.nodeOptions ?? []), ...contender.script] as const;
  const child = launch({ name: contender.name, command: [...command], measured: true, env });
  await until(child, contender.name, () => isHealthy(port));
  return {
    pid: child.pid,
    port,
    redisPort: redis.port,
    process: child.process,
    async stop() {
      await child.stop();
      await redis.stop();
    },
  };
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`)).status === 200;
  } catch {
    // Not listening yet.
    return false;
  }
}
