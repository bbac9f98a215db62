import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compileGenerator, startGenerator } from '../generator.ts';
import { startAuth } from '../services.ts';
import { LightClient } from './client.ts';
import { startDefaultGateway, type DefaultGateway } from './gateway.ts';

// node bench/crowds/soak.ts [--minutes 15]: a large crowd, a steady load, and clients that come and go.

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '15' },
    clients: { type: 'string', default: '15000' },
    messages: { type: 'string', default: '2000' },
    churn: { type: 'string', default: '50' },
  },
});
const [minutes, clients, messages, churn] = [values.minutes, values.clients, values.messages, values.churn].map(Number);

/** All clients come from one address, as fast as they can. */
const FAR_LIMITS = { MAX_CONNECTIONS_PER_ADDRESS: '1000000', MAX_HANDSHAKES_PER_SECOND: '1000000' };
/** Beyond those of the crowd. */
const PASSER_BY = 1_000_000;
const STAY_MS = 5000;
const SAMPLE_MS = 10_000;

interface Sample {
  readonly second: number;
  readonly residentMb: number;
  readonly heapMb: number;
  readonly lagMs: number;
  /** Of the time since the last sample, how much the gateway was ready to run and other programs did. */
  readonly waited: number;
  readonly openFiles: number;
  readonly connections: number;
}

/** How long the gateway's main thread has waited for a processor, in milliseconds. */
function waitedMs(pid: number): number {
  const [, waitedNs] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
  return Number(waitedNs) / 1e6;
}

async function sample(gateway: DefaultGateway, began: number): Promise<Sample> {
  const metrics = await gateway.scrape();
  const [now, waited] = [performance.now(), waitedMs(gateway.child().pid)];
  const share = (waited - last.waited) / (now - last.at);
  last = { at: now, waited };
  return {
    second: Math.round((performance.now() - began) / 1000),
    residentMb: metrics.sum('process_resident_memory_bytes') / 1e6,
    heapMb: metrics.sum('nodejs_heap_size_used_bytes') / 1e6,
    lagMs: metrics.sum('nodejs_eventloop_lag_p99_seconds') * 1000,
    waited: share,
    openFiles: metrics.sum('process_open_fds'),
    connections: metrics.sum('websocket_connections'),
  };
}

/** So many come each second, and each stays for a while. */
function comeAndGo(port: number, perSecond: number) {
  const tally = { came: 0, entered: 0, cutOff: 0, turnedAway: 0 };
  const events = {
    entered: () => void (tally.entered += 1),
    left: () => void (tally.cutOff += 1),
    turnedAway: () => void (tally.turnedAway += 1),
    refused: () => void (tally.turnedAway += 1),
  };
  const timer = setInterval(() => {
    const token = `user-${PASSER_BY + tally.came}.x`;
    const client = new LightClient({ port, address: '127.0.2.1', token, events });
    tally.came += 1;
    setTimeout(() => client.close(), STAY_MS);
  }, 1000 / perSecond);
  return { tally, stop: () => clearInterval(timer) };
}

function rowOf({ second, residentMb, heapMb, lagMs, waited, openFiles, connections }: Sample): string {
  const minute = (second / 60).toFixed(1);
  return `| ${minute} | ${residentMb.toFixed(0)} | ${heapMb.toFixed(0)} | ${lagMs.toFixed(1)} | ${(waited * 100).toFixed(0)} % | ${openFiles} | ${connections} |`;
}

function lagsOf(samples: readonly Sample[]): string {
  const lags = samples.map(({ lagMs }) => lagMs).sort((a, b) => a - b);
  return `${lags.length}, median ${lags[lags.length >> 1]?.toFixed(1)}, most ${lags.at(-1)?.toFixed(1)} ms`;
}

compileGenerator();
const auth = await startAuth();
const gateway = await startDefaultGateway(auth, FAR_LIMITS);
const { port, redisPort } = gateway;
const { pid, process: child } = gateway.child();
const generator = startGenerator({ pid, port, redisPort, process: child, stop: gateway.stop });
process.stderr.write(`${clients} clients gather\n`);
const gathered = await generator.connect({ clients: clients ?? 0 });
say(JSON.stringify(gathered));

const began = performance.now();
let last = { at: began, waited: waitedMs(pid) };
const passers = comeAndGo(port, churn ?? 1);
say('| minute | memory (MB) | heap (MB) | loop p99 (ms) | waited for the processor | open files | connections |');
say('| --- | --- | --- | --- | --- | --- | --- |');
const samples: Sample[] = [];
const look = setInterval(() => {
  void sample(gateway, began).then((one) => (samples.push(one), say(rowOf(one))));
}, SAMPLE_MS);
const report = await generator.load({ kind: 'o', unicasts: messages ?? 0, seconds: (minutes ?? 1) * 60 });
clearInterval(look);
passers.stop();
say(JSON.stringify(report));
say(JSON.stringify(passers.tally));
// What the loop does when it may is ours; what it does when others have the processor is not.
const quiet = samples.filter(({ waited }) => waited < 0.05);
say(`loop p99, all samples: ${lagsOf(samples)}\nthose that waited less than 5 %: ${lagsOf(quiet)}`);
await new Promise((resolve) => setTimeout(resolve, 2 * STAY_MS));
say(rowOf(await sample(gateway, began)));
process.exit(0);
