import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/ports.ts';
import { runProgram, type Program } from '../support/program.ts';
import { untilReady } from '../support/gateway.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import type { Finished } from './nodes.ts';

/** A built gateway, with links of its own to Redis and to the auth service that can be made to fail. */
export interface GatewayNode {
  readonly name: string;
  readonly url: string;
  readonly redisLink: TcpProxy;
  readonly authLink: TcpProxy;
  /** The process that runs now. */
  program(): Program;
  /** Another process on the same port; resolves once it is ready. */
  start(): Promise<void>;
  /** How many processes it has been. */
  starts(): number;
}

const ROUTES_FILE = fileURLToPath(new URL('../ledger/fixture/config/routes.yaml', import.meta.url));

export interface Neighbours {
  readonly redisPort: number;
  /** Used in place of the link: sentinels report addresses without a proxy. */
  readonly redisUrl?: string;
  readonly authPort: number;
}

export async function startGatewayNode(
  name: string,
  { redisPort, redisUrl, authPort }: Neighbours,
  environment: Readonly<Record<string, string>>,
  finished: Finished,
): Promise<GatewayNode> {
  const [port, redisLink, authLink] = await Promise.all([
    freePort(),
    startTcpProxy(redisPort, finished),
    startTcpProxy(authPort, finished),
  ]);
  const settings = {
    PORT: String(port),
    REDIS_URL: redisUrl ?? `redis://127.0.0.1:${redisLink.port}`,
    AUTH_SERVICE_ADDR: `127.0.0.1:${authLink.port}`,
    ROUTES_FILE,
    ...environment,
  };
  let starts = 0;
  const launch = async (): Promise<Program> => {
    starts += 1;
    const program = await runProgram(settings, ['start'], undefined, finished);
    await program.logged('gateway started');
    await untilReady(program);
    return program;
  };
  let program = await launch();
  return {
    name,
    url: program.url,
    redisLink,
    authLink,
    program: () => program,
    start: async () => void (program = await launch()),
    starts: () => starts,
  };
}

/** Asks until the answer is yes. */
export async function until(holds: () => boolean | Promise<boolean>, patienceMs = 60_000): Promise<boolean> {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) return false;
    await pause(10);
  }
  return true;
}
