import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import type { SubscriberListener } from '../subscription/subscription.ts';
import { summaryOf } from './connect-cause.ts';
import { DeadlineExceeded } from './deadline.ts';
import { MonitoredLink } from './monitored-link.ts';
import { openSubscriberConnection } from './subscriber-connection.ts';
import { createReconnectBackoff } from './reconnect-backoff.ts';
import { createProbeReport, type ProbeEvents, type ProbeReport } from './probe-report.ts';
import { createProbeSender } from './probe-sender.ts';
import { accessTo, createTopology, type RedisTarget } from './redis-target.ts';
import type { Topology } from './topology.ts';

export interface RedisEvents extends ProbeEvents {
  /** An attempt to connect failed; the gateway retries by itself. */
  connectFailed(error: unknown): void;
}

export interface RedisConnection {
  /** Starts to connect; does not wait for it. */
  open(): void;
  close(): void;
  /** True while probes prove that messages are delivered. */
  isProbed(): boolean;
  /** Why the last attempt to connect failed, without an address; undefined after a success, and for an unknown cause. */
  problem(): string | undefined;
}

/**
 * Creates the subscriber connection of the gateway: connects, watches the connection by probes, and reconnects until closed.
 *
 * @param listener receives messages, connections and losses.
 */
export function connectSubscriber(
  target: RedisTarget,
  listener: SubscriberListener,
  events: RedisEvents,
): RedisConnection {
  const topology = createTopology(target);
  const report = createProbeReport(events);
  const opener = createOpener(target, topology, report.probed, listener.message);
  const stop = new AbortController();
  let problem: string | undefined;

  async function keepConnected(): Promise<void> {
    const backoff = createReconnectBackoff();
    let last: HostAndPort | undefined;
    while (!stop.signal.aborted) {
      try {
        last = await topology.locate(last);
        const link = await opener.open(last);
        backoff.connected();
        problem = undefined;
        await serve(link, listener, stop.signal);
        backoff.lost();
      } catch (error) {
        backoff.failed(error);
        problem = summaryOf(error);
        if (!stop.signal.aborted) events.connectFailed(error);
      }
      await pause(backoff.next(), undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  return {
    open: () => void keepConnected(),
    close() {
      stop.abort();
      opener.close();
      topology.close();
    },
    isProbed: report.isCertain,
    problem: () => problem,
  };
}

interface Opener {
  /** Resolves with a link that has received its first probe. */
  open(at: HostAndPort): Promise<MonitoredLink>;
  close(): void;
}

function createOpener(
  target: RedisTarget,
  topology: Topology,
  probed: ProbeReport['probed'],
  message: SubscriberListener['message'],
): Opener {
  // Pub/Sub has no databases, and a subscriber needs no right to SELECT.
  const access = { ...accessTo(target), db: 0 };
  const sender = createProbeSender(topology, access);
  const probeChannel = `gateway:probe:${randomUUID()}`;
  return {
    async open(at) {
      // Its open connections may lead to the old server.
      sender.close();
      const connection = await openSubscriberConnection({ at, access, probeChannel, message });
      const link = new MonitoredLink({ at, connection, topology, sender, probeChannel, probed });
      const loss = await link.probe();
      if (loss === undefined) return link;
      link.close();
      throw new Error(loss.detail, loss.reason === 'no-answer' ? { cause: new DeadlineExceeded() } : {});
    },
    close: sender.close,
  };
}

/** Passes messages on until the link is lost, or closed by `stopping`. */
async function serve(link: MonitoredLink, listener: SubscriberListener, stopping: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      link.close();
      resolve();
    };
    link.watch((loss) => {
      stopping.removeEventListener('abort', stop);
      listener.lost(loss);
      resolve();
    });
    if (stopping.aborted) return stop();
    stopping.addEventListener('abort', stop);
    listener.connected(link.subscriber);
  });
}
