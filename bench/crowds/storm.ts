import { parseArgs } from 'node:util';
import { startAuth } from '../services.ts';
import { gather, type Crowd } from './crowd.ts';
import { startDefaultGateway, type DefaultGateway } from './gateway.ts';

// node bench/crowds/storm.ts [--clients 10000] [--handshakes 0]: everybody loses the gateway at once, and comes back.

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

const { values } = parseArgs({
  options: { clients: { type: 'string', default: '10000' }, handshakes: { type: 'string', default: '500' } },
});
const CLIENTS = Number(values.clients);

/** As many tokens as there are clients, or a hundred: a hundred users with a hundred connections each. */
const CROWDS = [
  { tokens: CLIENTS, tokenOf: (index: number) => `user-${index + 1}.x` },
  { tokens: 100, tokenOf: (index: number) => `user-${(index % 100) + 1}.x` },
];

interface Strike {
  readonly title: string;
  strike(gateway: DefaultGateway, crowd: Crowd): Promise<void> | void;
  /** Counters begin anew. */
  readonly isNewProcess: boolean;
}

const STRIKES: readonly Strike[] = [
  { title: 'killed, and started again', strike: (gateway) => gateway.replace(), isNewProcess: true },
  { title: 'all connections are closed', strike: (_, crowd) => crowd.cut(), isNewProcess: false },
];

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
const authCalls = async (gateway: DefaultGateway): Promise<number> =>
  (await gateway.scrape()).sum('gateway_auth_calls_total');

/** Of all seconds until the work is done. */
async function worstLag(gateway: DefaultGateway, work: Promise<unknown>): Promise<number> {
  let worst = 0;
  const look = setInterval(() => {
    const asked = gateway.scrape().then((metrics) => metrics.sum('nodejs_eventloop_lag_p99_seconds'));
    // There may be no gateway yet.
    void asked.then((lag) => (worst = Math.max(worst, lag * 1000))).catch(() => undefined);
  }, 1000);
  await work.finally(() => clearInterval(look));
  return worst;
}

async function measure(
  { title, strike, isNewProcess }: Strike,
  tokens: number,
  gateway: DefaultGateway,
  crowd: Crowd,
): Promise<string[]> {
  const before = isNewProcess ? 0 : await authCalls(gateway);
  const turnedAway = crowd.turnedAway();
  const began = performance.now();
  await strike(gateway, crowd);
  const back = crowd.allBack();
  const lag = await worstLag(gateway, back);
  const took = performance.now() - began;
  const away = [...(await back)].sort((a, b) => a - b);
  const metrics = await gateway.scrape();
  return [
    title,
    tokens.toLocaleString('en'),
    seconds(took),
    `${seconds(quantile(away, 0.5))} / ${seconds(quantile(away, 0.99))}`,
    (metrics.sum('gateway_auth_calls_total') - before).toLocaleString('en'),
    (crowd.turnedAway() - turnedAway).toLocaleString('en'),
    String(crowd.refused()),
    `${lag.toFixed(0)} ms`,
    `${(metrics.sum('process_resident_memory_bytes') / 1e6).toFixed(0)} MB`,
  ];
}

const HEAD = [
  'what happens',
  'tokens',
  'all reconnected after (s)',
  'away p50 / p99 (s)',
  'auth calls',
  'failed attempts',
  'refused permanently',
  'worst loop p99',
  'memory',
];

const auth = await startAuth();
const rows: string[][] = [HEAD, HEAD.map(() => '---')];
for (const { tokens, tokenOf } of CROWDS) {
  const gateway = await startDefaultGateway(auth, { MAX_HANDSHAKES_PER_SECOND: values.handshakes });
  process.stderr.write(`${CLIENTS} clients with ${tokens} tokens gather\n`);
  const crowd = await gather({ port: gateway.port, clients: CLIENTS, tokenOf });
  for (const strike of STRIKES) {
    process.stderr.write(`${strike.title}\n`);
    rows.push(await measure(strike, tokens, gateway, crowd));
  }
  crowd.close();
  await gateway.stop();
}
for (const row of rows) say(`| ${row.join(' | ')} |`);
process.exit(0);
