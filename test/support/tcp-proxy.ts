import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP relay that can be made to fail the way networks do; what it is told holds for present and new connections. */
export interface TcpProxy {
  readonly port: number;
  /** Relays at once; what was held back arrives late, as it does when a network heals. */
  pass(): void;
  /** Both ends stay connected and nothing passes, or nothing in that direction: `up` is to the server. */
  blackhole(direction?: 'up' | 'down'): void;
  /** Each chunk arrives that much later, in order. */
  delay(ms: number, jitterMs?: number): void;
  /** Each connection passes so many bytes a second in each direction. */
  rate(bytesPerSecond: number): void;
  /** Of an answer that is longer nothing more arrives, and nothing after it: both ends stay connected. */
  swallow(bytes: number): void;
  /** Breaks every connection with a TCP reset, and each new one, until it is told otherwise. */
  reset(): void;
  /** Breaks every connection with a TCP reset; new ones are relayed as before. */
  resetOnce(): void;
  /** Where connections lead that are made from now on; the present ones stay where they are. */
  leadTo(port: number): void;
  /** Connections that are open now. */
  connections(): number;
  /** Connections that were ever made. */
  accepted(): number;
  stop(): void;
}

interface Weather {
  readonly reset: boolean;
  readonly held: { readonly up: boolean; readonly down: boolean };
  readonly delay: number;
  readonly jitter: number;
  readonly bytesPerSecond: number;
  /** Of one answer. */
  readonly mostBytes: number;
}

const FAIR: Weather = {
  reset: false,
  held: { up: false, down: false },
  delay: 0,
  jitter: 0,
  bytesPerSecond: Infinity,
  mostBytes: Infinity,
};
/** That wait for their time in one direction, before the sender is held up. */
const MOST_QUEUED = 4;

/** Stopped when the test, or whoever passes `finished`, is over. */
export async function startTcpProxy(
  target: number,
  finished: (stop: () => void) => void = onTestFinished,
): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let weather = FAIR;
  let leadsTo = target;
  let accepted = 0;
  const breakAll = (): void => {
    for (const pair of pairs) pair.reset();
  };
  const change = (next: Weather): void => {
    weather = next;
    if (next.reset) breakAll();
    for (const pair of pairs) pair.weatherChanged();
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    accepted += 1;
    if (weather.reset) {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const pair = join(client, connect({ port: leadsTo, host: '127.0.0.1', allowHalfOpen: true }), () => weather);
    pairs.add(pair);
    client.once('close', () => pairs.delete(pair));
  });
  const stop = (): void => {
    breakAll();
    server.close();
  };
  finished(stop);
  return {
    port: await portOf(server.listen(0, '127.0.0.1')),
    pass: () => change(FAIR),
    blackhole: (direction) => change({ ...FAIR, held: { up: direction !== 'down', down: direction !== 'up' } }),
    rate: (bytesPerSecond) => change({ ...FAIR, bytesPerSecond }),
    swallow: (mostBytes) => change({ ...FAIR, mostBytes }),
    delay: (delay, jitter = 0) => change({ ...FAIR, delay, jitter }),
    reset: () => change({ ...FAIR, reset: true }),
    resetOnce: breakAll,
    leadTo: (port) => void (leadsTo = port),
    connections: () => pairs.size,
    accepted: () => accepted,
    stop,
  };
}

interface Pair {
  weatherChanged(): void;
  reset(): void;
}

function join(client: Socket, server: Socket, weather: () => Weather): Pair {
  let answered = 0;
  let isStuck = false;
  const questions = relay(client, server, {
    weather: () => ({ ...weather(), held: weather().held.up }),
    passes() {
      answered = 0;
      return true;
    },
  });
  const answers = relay(server, client, {
    weather: () => ({ ...weather(), held: weather().held.down }),
    passes(bytes) {
      answered += bytes;
      isStuck ||= answered > weather().mostBytes;
      return !isStuck;
    },
  });
  const relays = [questions, answers];
  const weatherChanged = (): void => {
    for (const apply of relays) apply();
  };
  weatherChanged();
  return {
    weatherChanged,
    reset() {
      client.resetAndDestroy();
      server.resetAndDestroy();
    },
  };
}

interface Direction {
  weather(): Omit<Weather, 'held'> & { readonly held: boolean };
  /** Whether a chunk of that size gets through. */
  passes(bytes: number): boolean;
}

/** @returns what is to be called when the weather changes. */
function relay(from: Socket, to: Socket, { weather, passes }: Direction): () => void {
  const queue: { due: number; act(): void }[] = [];
  // One timer at a time: two that are due in the same millisecond would not keep their order.
  const runDue = (): void => {
    while (queue[0] && queue[0].due <= performance.now()) queue.shift()?.act();
    if (queue.length < MOST_QUEUED && !weather().held) from.resume();
    if (queue[0]) setTimeout(runDue, Math.max(0, queue[0].due - performance.now()));
  };
  let lastDue = 0;
  const later = (act: () => void, bytes = 0): void => {
    const { delay, jitter, bytesPerSecond } = weather();
    const due = performance.now() + delay + (Math.random() * 2 - 1) * jitter;
    lastDue = Math.max(due, lastDue) + (bytes / bytesPerSecond) * 1000;
    queue.push({ due: lastDue, act });
    if (bytesPerSecond !== Infinity && queue.length >= MOST_QUEUED) from.pause();
    if (queue.length === 1) runDue();
  };
  from.on('data', (chunk: Buffer) => {
    if (passes(chunk.length)) later(() => to.write(chunk), chunk.length);
  });
  from.on('end', () => later(() => to.end()));
  from.on('error', () => to.resetAndDestroy());
  // Unread bytes stay with the kernel: the sender sees a connection that is up and takes no more.
  return () => void (weather().held ? from.pause() : from.resume());
}

async function portOf(server: Server): Promise<number> {
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
