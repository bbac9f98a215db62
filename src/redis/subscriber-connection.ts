import type { HostAndPort } from '../config/environment/redis-url.ts';
import type { Subscriber } from '../subscription/subscription.ts';
import { connectCauseOf } from './connect-cause.ts';
import { withDeadline } from './deadline.ts';
import { receivedBytes } from './received-bytes.ts';
import { isReplyError, withServer } from './reply-error.ts';
import { openConnection, type Access } from './server-connection.ts';

/** A connection that is subscribed to channels. */
export interface SubscriberConnection {
  readonly subscriber: Subscriber;
  /** True if Redis answers a PING, or is sending something else. */
  isAlive(): Promise<boolean>;
  /** Resolves once the probe channel is subscribed; rejects where Redis forbids it. */
  subscribeProbe(): Promise<void>;
  /** Resolves when this text is received on the probe channel; one at a time is awaited. */
  awaitProbe(text: string): Promise<void>;
  /** Calls `closed` once, when Redis or the network closes the connection. */
  onClosed(closed: (detail: string) => void): void;
  isOpen(): boolean;
  /** Closes the connection; no message is passed on afterwards. */
  close(): void;
}

export interface SubscriberConnectionOptions {
  readonly at: HostAndPort;
  readonly access: Access;
  readonly probeChannel: string;
  readonly message: (channel: string, raw: Buffer) => void;
}

const ANSWER_MS = 1500;

/** @throws ConnectFailed */
export async function openSubscriberConnection({
  at,
  access,
  probeChannel,
  message,
}: SubscriberConnectionOptions): Promise<SubscriberConnection> {
  const redis = await openConnection(at, access, 'websocket-gateway');
  let open = true;
  let lastError = 'closed by Redis';
  let probeSubscribed = false;
  let awaited: { text: string; received: () => void } | undefined;
  const probed = (text: string): void => {
    if (text === awaited?.text) awaited.received();
  };
  redis.on('error', (error: Error) => (lastError = connectCauseOf(error, access.tls !== undefined).text));
  redis.on('messageBuffer', (channel: Buffer, raw: Buffer) => {
    // A message that arrives after the connection was given up belongs to the gap.
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
          throw isReplyError(error) ? withServer(error, at) : error;
        }
      },
      unsubscribe: async (channels) => void (await redis.unsubscribe(...channels)),
    },
    async isAlive() {
      try {
        await withDeadline(redis.ping(), ANSWER_MS, () => receivedBytes(redis));
        return true;
      } catch (error) {
        return isReplyError(error);
      }
    },
    async subscribeProbe() {
      if (!probeSubscribed) await redis.subscribe(probeChannel);
      probeSubscribed = true;
    },
    awaitProbe: (text) => new Promise((received) => (awaited = { text, received })),
    onClosed: (closed) => void redis.once('close', () => open && closed(lastError)),
    isOpen: () => redis.status === 'ready',
    close() {
      open = false;
      redis.disconnect();
    },
  };
}
