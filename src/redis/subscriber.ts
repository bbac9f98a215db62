import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import type { SubscriberListener } from '../subscription/subscription.ts';
import { brieflyOf } from './brief-cause.ts';
import { MonitoredLink } from './monitored-link.ts';
import { openSubscriberConnection } from './subscriber-connection.ts';
import { createReconnectBackoff } from './reconnect-backoff.ts';
import { createProbeReport, type ProbeEvents, type ProbeReport } from './probe-report.ts';
import { createProbeSender } from './probe.ts';
import { accessTo, createTopology, type RedisTarget, type Topology } from './topology.ts';

export interface RedisEvents extends ProbeEvents {
  /** An attempt to connect failed; the next one follows by itself. */
  connectFailed(error: unknown): void;
}

export interface RedisConnection {
  /** Begins to connect; does not wait. */
  open(): void;
  close(): void;
  /** Whether probes prove that nothing passes unheard. */
  isProbed(): boolean;
  /** Why the last attempt to connect failed, without an address; nothing since one succeeded, or where it is not known. */
  problem(): string | undefined;
}

/** Connects, and keeps connecting, until closed. */
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
    const pace = createReconnectBackoff();
    let last: HostAndPort | undefined;
    while (!stop.signal.aborted) {
      try {
        last = await topology.locate(last);
        const link = await opener.open(last);
        pace.linked();
        problem = undefined;
        await live(link, listener, stop.signal);
        pace.lost();
      } catch (error) {
        pace.failed(error);
        problem = error instanceof Error ? brieflyOf(error.message) : undefined;
        if (!stop.signal.aborted) events.connectFailed(error);
      }
      await pause(pace.next(), undefined, { signal: stop.signal }).catch(() => undefined);
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
  /** A link that has heard its first probe. */
  open(at: HostAndPort): Promise<MonitoredLink>;
  close(): void;
}

function createOpener(
  target: RedisTarget,
  topology: Topology,
  probed: ProbeReport['probed'],
  message: SubscriberListener['message'],
): Opener {
  // Pub/Sub has no databases, and who only listens needs no right to SELECT.
  const access = { ...accessTo(target), db: 0 };
  const sender = createProbeSender(topology, access);
  const probeChannel = `gateway:probe:${randomUUID()}`;
  return {
    async open(at) {
      // Those it has may lead to where we come from.
      sender.close();
      const listening = await openSubscriberConnection({ at, access, probeChannel, message });
      const link = new MonitoredLink({ at, listening, topology, sender, probeChannel, probed });
      const fault = await link.probe();
      if (fault === undefined) return link;
      link.close();
      throw new Error(fault.detail);
    },
    close: sender.close,
  };
}

/** Resolves when the link is lost, or closed because we stop. */
async function live(link: MonitoredLink, listener: SubscriberListener, stopping: AbortSignal): Promise<void> {
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
