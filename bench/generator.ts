import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { processors } from './machine.ts';
import { launch, WORKPLACE } from './children.ts';
import type { Server } from './contenders.ts';
import { scriptAt } from './services.ts';

/** What a load is made of; see loadgen/main.c. */
export interface Load {
  /** b broadcast, u unicast, p two users, n users who are not here, m mix, o open loop. */
  readonly kind: 'b' | 'u' | 'p' | 'n' | 'm' | 'o';
  /** Messages in flight in a closed loop. */
  readonly window?: number;
  readonly seconds?: number;
  /** Bytes of a payload; 200 unless told. */
  readonly size?: number;
  /** Percent of a mix that is broadcast. */
  readonly share?: number;
  /** Unicasts go to `route-<n>`, n below this. */
  readonly channels?: number;
  /** Messages go to the first so many users only. */
  readonly among?: number;
  /** Per second, in an open loop. */
  readonly broadcasts?: number;
  readonly unicasts?: number;
  /** Flags of the traceparent that each message carries. */
  readonly traceparent?: '00' | '01';
  /** 1: added to a stream, not published. */
  readonly stream?: 0 | 1;
}

export interface Crowd {
  readonly clients: number;
  readonly users?: number;
  readonly polling?: boolean;
  /** They ask for positions. */
  readonly resume?: boolean;
  /** Makes the tokens differ from those of other crowds. */
  readonly salt?: string;
}

export interface LoadReport {
  readonly sent: number;
  readonly expected: number;
  readonly delivered: number;
  readonly surplus: number;
  readonly lost: number;
  readonly stalled: boolean;
  readonly wall: number;
  readonly cpu: number;
  /** Of other processes, on the processor that was to be the server's alone. */
  readonly othersCpu: number;
  readonly generatorCpu: number;
  readonly broadcastP50: number;
  readonly broadcastP99: number;
  readonly unicastP50: number;
  readonly unicastP99: number;
}

export interface ConnectReport {
  readonly ready: number;
  readonly failed: number;
  readonly wall: number;
  readonly cpu: number;
  readonly othersCpu: number;
  readonly p50: number;
  readonly p99: number;
}

export interface GaugeReport {
  readonly residentKb: number;
  readonly cpu: number;
  readonly lost: number;
}

/** The load generator of one server: its clients and its publisher. */
export interface Generator {
  connect(crowd: Crowd): Promise<ConnectReport>;
  load(load: Load): Promise<LoadReport>;
  /** After so many seconds of rest. */
  gauge(seconds: number): Promise<GaugeReport>;
  close(): Promise<void>;
  stop(): Promise<void>;
}

const BINARY = join(WORKPLACE, 'loadgen');

export function compileGenerator(): void {
  const sources = globSync(scriptAt('./loadgen/*.c'));
  try {
    execFileSync('gcc', ['-O2', '-Wall', '-o', BINARY, ...sources], { stdio: ['ignore', 'inherit', 'inherit'] });
  } catch (error) {
    throw new Error('The load generator is C. Install gcc and libc6-dev to compile it.', { cause: error });
  }
}

export function startGenerator(server: Server): Generator {
  const ids = [server.port, server.pid, processors().server, server.redisPort].map(String);
  const child = launch({ name: 'loadgen', command: [BINARY, ...ids], piped: true });
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  const { stdin, stdout } = child.process;
  if (stdin === null || stdout === null) throw new Error('no pipes to the load generator');
  createInterface(stdout).on('line', (line) => waiting.shift()?.resolve(line));
  child.process.once('exit', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`the load generator ended: ${child.log()}`));
  });
  const ask = (command: string, values: object = {}): Promise<string> => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    stdin.write(`${[command, ...given.map(([name, value]) => `${name}=${value}`)].join(' ')}\n`);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  return {
    async connect({ polling = false, resume = false, ...crowd }) {
      const report: ConnectReport = JSON.parse(
        await ask('connect', { ...crowd, polling: Number(polling), resume: Number(resume) }),
      );
      return report;
    },
    async load(load) {
      const report: LoadReport = JSON.parse(await ask('load', load));
      return report;
    },
    async gauge(seconds) {
      const report: GaugeReport = JSON.parse(await ask('gauge', { seconds }));
      return report;
    },
    close: async () => void (await ask('close')),
    stop: child.stop,
  };
}
