import type { HostAndPort } from '../config/environment/redis-url.ts';
import type { Subscriber } from '../subscription/subscription.ts';
import { causeOf } from './connect-cause.ts';
import { withDeadline } from './deadline.ts';
import { isReply, repliedBy } from './pool.ts';
import { openConnection, type Access } from './server-connection.ts';

/** The connection that listens. */
export interface SubscriberConnection {
  readonly subscriber: Subscriber;
  /** Whether Redis answers on it. A busy connection lives. */
  isAlive(): Promise<boolean>;
  /** Resolves once probes are heard; rejects where Redis forbids it. */
  subscribeProbe(): Promise<void>;
  /** Resolves when this comes on the probe's channel; one is expected at a time. */
  awaitProbe(text: string): Promise<void>;
  /** Called once, when the other end or the network closes it. */
  onClosed(closed: (detail: string) => void): void;
  isOpen(): boolean;
  /** From here on nothing is heard by it. */
  close(): void;
}

export interface SubscriberConnectionOptions {
  readonly at: HostAndPort;
  readonly access: Access;
  readonly probeChannel: string;
  readonly message: (channel: string, raw: Buffer) => void;
}

const ANSWER_MS = 1500;

export async function openSubscriberConnection({
  at,
  access,
  probeChannel,
  message,
}: SubscriberConnectionOptions): Promise<SubscriberConnection> {
  const redis = await openConnection(at, access, 'websocket-gateway');
  let open = true;
  let lastError = 'closed by the other end';
  let tuned = false;
  let expected: { text: string; arrived: () => void } | undefined;
  const probed = (text: string): void => {
    if (text === expected?.text) expected.arrived();
  };
  redis.on('error', (error: Error) => (lastError = causeOf(error, access.tls !== undefined)));
  redis.on('messageBuffer', (channel: Buffer, raw: Buffer) => {
    // What comes late, by a connection that was given up, is part of the gap that it left.
    if (!open) return;
    const name = channel.toString();
    if (name === probeChannel) probed(raw.toString());
    else message(name, raw);
  });
  return {
    subscriber: {
      async subscribe(channels) {
        try {
          await redis.subscribe(...channels);
        } catch (error) {
          throw isReply(error) ? repliedBy(at, error) : error;
        }
      },
      unsubscribe: async (channels) => void (await redis.unsubscribe(...channels)),
    },
    async isAlive() {
      try {
        await withDeadline(redis.ping(), ANSWER_MS, () => redis.stream.bytesRead);
        return true;
      } catch (error) {
        return isReply(error);
      }
    },
    async subscribeProbe() {
      if (!tuned) await redis.subscribe(probeChannel);
      tuned = true;
    },
    awaitProbe: (text) => new Promise((arrived) => (expected = { text, arrived })),
    onClosed: (closed) => void redis.once('close', () => open && closed(lastError)),
    isOpen: () => redis.status === 'ready',
    close() {
      open = false;
      redis.disconnect();
    },
  };
}
