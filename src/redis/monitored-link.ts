import { setTimeout as pause } from 'node:timers/promises';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import type { Loss } from '../subscription/gap.ts';
import type { Subscriber } from '../subscription/subscription.ts';
import { isAnsweredWithin, withDeadline } from './deadline.ts';
import { createDeliveryWatermark } from './delivery-watermark.ts';
import { formatAddress } from './format-address.ts';
import type { Uncertainty } from './probe-report.ts';
import { notSent, type ProbeResult, type ProbeSender, type Role } from './probe-sender.ts';
import type { SubscriberConnection } from './subscriber-connection.ts';
import type { MasterLocation, Topology } from './topology.ts';

export interface MonitoredLinkParts {
  readonly at: HostAndPort;
  readonly connection: SubscriberConnection;
  readonly topology: Topology;
  readonly sender: ProbeSender;
  readonly probeChannel: string;
  /** Called after each probe round that found nothing wrong, with what keeps it from proving delivery. */
  readonly probed: (uncertainty?: Uncertainty) => void;
}

const PROBE_MS = 2000;
const ANSWER_MS = 1500;

/**
 * A subscriber connection that counts as working as long as it receives the probes that the gateway publishes elsewhere. TCP
 * does not report a peer that hangs or a link that was cut, and a server that no message reaches any more still answers PING.
 */
export class MonitoredLink {
  readonly #parts: MonitoredLinkParts;
  readonly #ended = new AbortController();
  readonly #watermark = createDeliveryWatermark(new Date());
  #probes = 0;
  #role: Role = 'unknown';

  constructor(parts: MonitoredLinkParts) {
    this.#parts = parts;
  }

  get subscriber(): Subscriber {
    return this.#parts.connection.subscriber;
  }

  /** Probes until the link is lost; closes it then, and calls `lost` once. */
  watch(lost: (loss: Loss) => void): void {
    const lose = (loss: Loss): void => {
      if (this.#ended.signal.aborted) return;
      this.close();
      lost(loss);
    };
    this.#parts.connection.onClosed((detail) => {
      lose({ reason: 'connection-lost', detail, receivedUntil: this.#watermark.receivedUntil() });
    });
    void this.#probeRepeatedly(lose);
  }

  close(): void {
    this.#ended.abort();
    this.#parts.connection.close();
  }

  /** Runs one probe round. @returns the loss that it found, if any. */
  async probe(): Promise<Loss | undefined> {
    const { connection, topology, at } = this.#parts;
    const sentAt = new Date();
    const text = String((this.#probes += 1));
    const received = connection.awaitProbe(text);
    const [alive, location, result] = await Promise.all([
      connection.isAlive(),
      topology.check(at),
      this.#sendProbe(text),
    ]);
    if (!alive)
      return { reason: 'no-answer', detail: 'no answer to PING', receivedUntil: this.#watermark.receivedUntil() };
    const moved = this.#lossByMove(location, result);
    if (moved) return moved;
    if (result.kind === 'sent' && !(await isAnsweredWithin(received, ANSWER_MS)))
      return this.#lossAtMaster('starved', 'Redis accepted a probe and did not deliver it');
    this.#watermark.probed(sentAt, location, result);
    this.#parts.probed(uncertaintyOf(location, result));
    return undefined;
  }

  async #probeRepeatedly(lose: (loss: Loss) => void): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const startedAt = performance.now();
      const loss = await this.probe();
      // onClosed reports a link that was closed during the round.
      if (loss && this.#parts.connection.isOpen()) lose(loss);
      const spent = performance.now() - startedAt;
      await pause(Math.max(0, PROBE_MS - spent), undefined, { signal }).catch(() => undefined);
    }
  }

  async #sendProbe(text: string): Promise<ProbeResult> {
    const { connection, sender, probeChannel, at } = this.#parts;
    const sending = async (): Promise<ProbeResult> => {
      await connection.subscribeProbe();
      return sender.send(probeChannel, text, at);
    };
    return withDeadline(sending(), ANSWER_MS).catch((error: unknown) => notSent(error, at));
  }

  /** The loss if publishers are no longer at the subscribed server. */
  #lossByMove(location: MasterLocation, result: ProbeResult): Loss | undefined {
    const { topology, at } = this.#parts;
    if (location === 'moved') return this.#lossAtMaster('failover', `${formatAddress(at)} is no longer the master`);
    if (result.kind === 'not-sent' || result.role === 'unknown') return undefined;
    const before = this.#role;
    this.#role = result.role;
    if (result.role === 'cut-off-replica')
      return this.#lossAtMaster('starved', `${formatAddress(at)} is a replica without its master`);
    if ((before !== 'unknown' && before !== result.role) || (topology.roles === 'master' && result.role !== 'master'))
      return this.#lossAtMaster('failover', `${formatAddress(at)} is now a ${result.role}`);
    return undefined;
  }

  #lossAtMaster(reason: 'failover' | 'starved', detail: string): Loss {
    const publishers = this.#parts.topology.publishersOf(this.#parts.at);
    return { reason, detail, receivedUntil: this.#watermark.onMasterUntil(publishers) };
  }
}

/** What keeps a probe round that found nothing wrong from proving delivery. */
function uncertaintyOf(location: MasterLocation, result: ProbeResult): Uncertainty | undefined {
  if (location === 'unknown') return { because: 'no majority of the sentinels reports a master', lasting: false };
  return result.kind === 'sent' ? undefined : { because: result.because, lasting: result.refused };
}
