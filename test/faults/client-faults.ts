import { setTimeout as pause } from 'node:timers/promises';
import { openDeaf } from '../sockets/deaf-client.ts';
import { frame } from '../sockets/raw-frames.ts';
import { openPolling } from '../sockets/raw-polling.ts';
import { openClient } from '../ledger/client.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import type { Fault } from './fault.ts';
import { until, type GatewayNode } from './gateway-node.ts';
import { tokenOf } from './nodes.ts';
import { says } from './signs.ts';
import type { Site } from './site.ts';

/** Users outside the ledger: messages that these clients do not read do not count as lost. */
const DEAF = '5';
const VANISHED = '6';

const BIG = 'x'.repeat(60_000);
/** More than the kernel's buffers hold on the way. */
const FLOOD = 400;
const PONG_MS = 1000;
/** For three clients: the bound of each, 1 MB, and what the garbage collector has not come to. */
const MOST_GROWTH = 100e6;

async function flood({ publisher }: Site): Promise<void> {
  for (let i = 0; i < FLOOD; i += 1) await publisher.publish('some', [DEAF], BIG);
}

const connections = ({ program }: GatewayNode): Promise<number> => program().metric('websocket_connections');
const residentBytes = ({ program }: GatewayNode): Promise<number> => program().metric('process_resident_memory_bytes');

/** Answers pings, or what it takes for them, and reads nothing. */
async function openForger({ gateways: [first], finished }: Site): Promise<void> {
  const socket = await openDeaf(first.url, tokenOf(DEAF), finished);
  const pongs = setInterval(() => socket.write(frame('3')), PONG_MS);
  finished(() => clearInterval(pongs));
}

async function openPollingForger({ gateways: [first], finished }: Site): Promise<void> {
  const session = await openPolling(first.url);
  await session.post(`40${JSON.stringify({ token: tokenOf(DEAF) })}`);
  while (!(await session.poll()).body.includes('"connected"'));
  const pongs = setInterval(() => void session.post('3').catch(() => clearInterval(pongs)), PONG_MS);
  finished(() => clearInterval(pongs));
}

function nonReaders(id: string, transport: string, open: (site: Site) => Promise<void>): Fault {
  let before = 0;
  return {
    id,
    title: `three clients read nothing and forge pongs, over ${transport}`,
    site: { gateways: 2 },
    strangers: true,
    async inject(site) {
      before = await residentBytes(site.gateways[0]);
      await Promise.all([open(site), open(site), open(site)]);
      await flood(site);
    },
    noticed: ({ gateways: [first] }) => says(first, 'slow client disconnected'),
    lasts: 0,
    async heal({ gateways: [first] }) {
      const cut = await until(async () => (await first.program().metric('websocket_queued_bytes')) === 0, 20_000);
      const grown = (await residentBytes(first)) - before;
      return [...(cut ? [] : ['not all were cut off']), ...(grown < MOST_GROWTH ? [] : [`${grown} bytes more`])];
    },
  };
}

const FLAPPING = 100;
const ROUNDS = 8;

async function flap({ gateways: [first] }: Site): Promise<void> {
  const clients = Array.from({ length: FLAPPING }, () =>
    openClient({
      urls: [first.url],
      user: DEAF,
      token: tokenOf(DEAF),
      options: { transports: ['websocket'], reconnection: false },
    }),
  );
  await pause(1000);
  for (const { close } of clients) close();
}

/** What clients do to it, or what befalls them. */
export const CLIENT_FAULTS: readonly Fault[] = [
  nonReaders('F43', 'websocket', openForger),
  nonReaders('F43 polling', 'long-polling', openPollingForger),
  {
    id: 'F44',
    title: 'a client disappears without a close; it is freed at its ping timeout',
    site: { gateways: 2 },
    strangers: true,
    async inject({ gateways: [first], finished }) {
      const link = await startTcpProxy(first.program().port, finished);
      const urls = [`http://127.0.0.1:${link.port}`];
      const { history, close } = openClient({ urls, user: VANISHED, token: tokenOf(VANISHED) });
      finished(close);
      await until(() => history.stays.length > 0);
      link.blackhole();
    },
    noticed: ({ gateways: [first] }) =>
      until(
        async () => (await first.program().metric('websocket_connections_closed_total{reason="ping timeout"}')) > 0,
      ),
    lasts: 50_000,
  },
  {
    id: 'F45',
    title: `${FLAPPING} clients connect and drop every second, for ${ROUNDS} s`,
    site: { gateways: 2 },
    strangers: true,
    async inject(site) {
      for (let round = 0; round < ROUNDS; round += 1) await flap(site);
    },
    lasts: 0,
    async heal({ gateways, clients }) {
      const settled = async (): Promise<boolean> =>
        (await Promise.all(gateways.map(connections))).reduce((sum, count) => sum + count, 0) === clients.length;
      return (await until(settled, 20_000)) ? [] : ['connections are left behind'];
    },
  },
];
