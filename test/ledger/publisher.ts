import { Redis, type RedisOptions } from 'ioredis';
import type { Publication, PublishOutcome } from './history.ts';

export interface Publisher {
  readonly publications: readonly Publication[];
  /** Publishes the next number, and resolves once its outcome is known. */
  publish(route: string, to?: readonly string[], padding?: string): Promise<Publication>;
  /** Resolves once the outcome of all that were published is known. */
  settled(): Promise<void>;
  close(): void;
}

/** How it connects. */
export type PublisherTarget = Pick<
  RedisOptions,
  'host' | 'port' | 'password' | 'sentinels' | 'name' | 'failoverDetector'
>;

/** Longer without an answer counts as none. */
const ANSWER_MS = 1000;

/** Numbers messages, sends them in order over one connection, and writes down what became of each. */
export function createPublisher(run: string, redis: PublisherTarget): Publisher {
  const connection = new Redis({
    ...redis,
    connectionName: 'ledger-publisher',
    commandTimeout: ANSWER_MS,
    // Nothing is kept for later: a message is sent now or not at all.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    retryStrategy: () => 100,
  });
  // The outcome of each message is recorded separately.
  connection.on('error', () => undefined);
  const publications: Publication[] = [];
  const pending = new Set<Promise<Publication>>();
  let number = 0;

  async function send(route: string, to: readonly string[] | undefined, padding: object): Promise<Publication> {
    const message = { number: (number += 1), route, to, sentAt: Date.now() };
    const text = JSON.stringify({ run, number: message.number, to: to ?? [], ...padding });
    const outcome = await outcomeOf(connection, route, text);
    const publication = { ...message, settledAt: Date.now(), outcome };
    publications.push(publication);
    return publication;
  }

  return {
    publications,
    publish(route, to, padding) {
      const sending = send(route, to, padding === undefined ? {} : { padding });
      pending.add(sending);
      return sending.finally(() => pending.delete(sending));
    },
    settled: async () => void (await Promise.all(pending)),
    close: () => connection.disconnect(),
  };
}

async function outcomeOf(connection: Redis, route: string, text: string): Promise<PublishOutcome> {
  if (connection.status !== 'ready') return 'failed';
  try {
    await connection.publish(route, text);
    return 'ok';
  } catch (error) {
    // A refusal means not published; without a reply the outcome is unknown.
    return error instanceof Error && error.name === 'ReplyError' ? 'failed' : 'unknown';
  }
}

/** Publishes at an even pace, in turn for everyone and for some, until stopped. */
export function publishSteadily(
  publisher: Publisher,
  users: readonly string[],
  perSecond: number,
): { stop(): Promise<void> } {
  let turn = 0;
  const timer = setInterval(() => {
    turn += 1;
    const to = turn % 2 === 0 ? undefined : pick(users, turn);
    void publisher.publish(to ? 'some' : 'everyone', to);
  }, 1000 / perSecond);
  return {
    async stop() {
      clearInterval(timer);
      await publisher.settled();
    },
  };
}

/** One user, or two. */
function pick(users: readonly string[], turn: number): string[] {
  const at = (index: number): string[] => users.slice(index % users.length).slice(0, 1);
  return turn % 3 === 0 ? [...at(turn), ...at(turn + 1)] : at(turn);
}
