import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../demo/ports.ts';
import { launch, until, type Child } from '../children.ts';
import { placesOf, startRedis, type Service } from '../services.ts';

/** What its metrics said at one time: those of the event loop are about the time since the last. */
export class Scrape {
  readonly #lines: readonly string[];

  constructor(text: string) {
    this.#lines = text.split('\n');
  }

  /** Of all series of that name. */
  sum(name: string): number {
    return this.#series(name).reduce((sum, line) => sum + valueOf(line), 0);
  }

  #series(name: string): string[] {
    return this.#lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  }
}

function valueOf(line: string): number {
  return Number(line.split(' ').at(-1));
}

/** A built gateway with the limits that it has by default, on a port that it keeps. */
export interface DefaultGateway {
  readonly port: number;
  readonly redisPort: number;
  scrape(): Promise<Scrape>;
  /** SIGKILL, and another at once. */
  replace(): Promise<void>;
  child(): Child;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export async function startDefaultGateway(
  auth: Service,
  more: Readonly<Record<string, string>> = {},
): Promise<DefaultGateway> {
  const [redis, port] = await Promise.all([startRedis(), freePort()]);
  const url = `http://127.0.0.1:${port}`;
  const env = { ...placesOf(port, redis, auth), ...more };
  const start = async (): Promise<Child> => {
    const command = [process.execPath, join(ROOT, 'dist/main.js'), 'start'] as const;
    const child = launch({ name: 'gateway', command: [...command], measured: true, env });
    const isReady = (): Promise<boolean> =>
      fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(child, 'the gateway', isReady);
    return child;
  };
  let child = await start();
  return {
    port,
    redisPort: redis.port,
    child: () => child,
    scrape: async () => new Scrape(await (await fetch(`${url}/metrics?format=prometheus`)).text()),
    async replace() {
      await child.stop();
      child = await start();
    },
    async stop() {
      await child.stop();
      await redis.stop();
    },
  };
}
