import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { freePort } from '../demo/ports.ts';
import { launch, until, type Child } from './children.ts';

/** What a server needs around it: each on the processors that are not the server's. */
export interface Service extends Child {
  readonly port: number;
}

export async function startRedis(): Promise<Service> {
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  return startService('redis', port, ['redis-server', ...options]);
}

export async function startAuth(): Promise<Service> {
  const port = await freePort();
  return startService('auth', port, [process.execPath, scriptAt('./auth/server.ts'), `127.0.0.1:${port}`]);
}

/** Takes spans over OTLP. */
export async function startSpanSink(): Promise<Service> {
  const port = await freePort();
  return startService('otlp', port, [process.execPath, scriptAt('./otlp/sink.ts'), String(port)]);
}

/** What tells a server its own place and that of the services. */
export function placesOf(port: number, redis: Service, auth: Service): Record<string, string> {
  return {
    PORT: String(port),
    BIND_ADDRESS: '127.0.0.1',
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    AUTH_SERVICE_ADDR: `127.0.0.1:${auth.port}`,
    ROUTES_FILE: fileURLToPath(new URL('../config/routes.yaml', import.meta.url)),
  };
}

export function scriptAt(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

async function startService(name: string, port: number, command: readonly [string, ...string[]]): Promise<Service> {
  const child = launch({ name, command });
  await until(child, name, () => accepts(port));
  return { ...child, port };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
