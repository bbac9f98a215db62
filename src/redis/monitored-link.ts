import { setTimeout as pause } from 'node:timers/promises';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import type { Loss } from '../subscription/gap.ts';
import type { Subscriber } from '../subscription/subscription.ts';
import { createDeliveryWatermark } from './delivery-watermark.ts';
import type { SubscriberConnection } from './subscriber-connection.ts';
import { withDeadline, hasAnswer } from './deadline.ts';
import { nameOf } from './pool.ts';
import type { Uncertainty } from './probe-report.ts';
import { notSent, type ProbeSender, type Role, type Sent } from './probe.ts';
import type { Topology, MasterLocation } from './topology.ts';

export interface MonitoredLinkParts {
  readonly at: HostAndPort;
  readonly listening: SubscriberConnection;
  readonly topology: Topology;
  readonly sender: ProbeSender;
  readonly probeChannel: string;
  /** Told after each beat that found nothing wrong: whether that proves that all is well. */
  readonly probed: (doubt?: Uncertainty) => void;
}

const PROBE_MS = 2000;
const ANSWER_MS = 1500;

/**
 * A connection that listens, held to be good as long as it hears what it has published elsewhere. TCP tells nothing of a
 * peer that hangs or of a link that was cut, and a PING is answered by a server that no message reaches any more.
 */
export class MonitoredLink {
  readonly #parts: MonitoredLinkParts;
  readonly #ended = new AbortController();
  readonly #watermark = createDeliveryWatermark(new Date());
  #probes = 0;
  #role: Role = 'untold';

  constructor(parts: MonitoredLinkParts) {
    this.#parts = parts;
  }

  get subscriber(): Subscriber {
    return this.#parts.listening.subscriber;
  }

  /** Beats until it is lost, which is told once, and closes it then. */
  watch(lost: (loss: Loss) => void): void {
    const lose = (loss: Loss): void => {
      if (this.#ended.signal.aborted) return;
      this.close();
      lost(loss);
    };
    this.#parts.listening.onClosed((detail) => {
      lose({ reason: 'connection-lost', detail, receivedUntil: this.#watermark.receivedUntil() });
    });
    void this.#probeAgain(lose);
  }

  close(): void {
    this.#ended.abort();
    this.#parts.listening.close();
  }

  /** Asks all that can be asked; resolves with what is wrong, if anything is. */
  async probe(): Promise<Loss | undefined> {
    const { listening, topology, at } = this.#parts;
    const sentAt = new Date();
    const text = String((this.#probes += 1));
    const arrival = listening.awaitProbe(text);
    const [alive, whereabouts, sent] = await Promise.all([listening.isAlive(), topology.check(at), this.#send(text)]);
    if (!alive)
      return { reason: 'no-answer', detail: 'no answer to PING', receivedUntil: this.#watermark.receivedUntil() };
    const displaced = this.#displaced(whereabouts, sent);
    if (displaced) return displaced;
    if (sent.kind === 'sent' && !(await hasAnswer(arrival, ANSWER_MS)))
      return this.#misplaced('starved', 'Redis took a probe and did not pass it on');
    this.#watermark.probed(sentAt, whereabouts, sent);
    this.#parts.probed(doubtOf(whereabouts, sent));
    return undefined;
  }

  async #probeAgain(lose: (loss: Loss) => void): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const startedAt = performance.now();
      const loss = await this.probe();
      // One that was closed meanwhile is told by onClosed.
      if (loss && this.#parts.listening.isOpen()) lose(loss);
      const spent = performance.now() - startedAt;
      await pause(Math.max(0, PROBE_MS - spent), undefined, { signal }).catch(() => undefined);
    }
  }

  async #send(text: string): Promise<Sent> {
    const { listening, sender, probeChannel, at } = this.#parts;
    const sending = async (): Promise<Sent> => {
      await listening.subscribeProbe();
      return sender.send(probeChannel, text, at);
    };
    return withDeadline(sending(), ANSWER_MS).catch((error: unknown) => notSent(error, at));
  }

  /** Whether publishers are no longer where we listen. */
  #displaced(whereabouts: MasterLocation, sent: Sent): Loss | undefined {
    const { topology, at } = this.#parts;
    if (whereabouts === 'moved') return this.#misplaced('failover', `${nameOf(at)} is no longer the master`);
    if (sent.kind === 'not-sent' || sent.role === 'untold') return undefined;
    const before = this.#role;
    this.#role = sent.role;
    if (sent.role === 'cut-off-replica')
      return this.#misplaced('starved', `${nameOf(at)} is a replica without its master`);
    if ((before !== 'untold' && before !== sent.role) || (topology.roles === 'master' && sent.role !== 'master'))
      return this.#misplaced('failover', `${nameOf(at)} is a ${sent.role} now`);
    return undefined;
  }

  #misplaced(reason: 'failover' | 'starved', detail: string): Loss {
    const publishers = this.#parts.topology.publishersOf(this.#parts.at);
    return { reason, detail, receivedUntil: this.#watermark.onMasterUntil(publishers) };
  }
}

/** What keeps a beat that found nothing wrong from being a proof. */
function doubtOf(whereabouts: MasterLocation, sent: Sent): Uncertainty | undefined {
  if (whereabouts === 'unknown') return { because: 'no majority of the sentinels names a master', lasting: false };
  return sent.kind === 'sent' ? undefined : { because: sent.because, lasting: sent.refused };
}
