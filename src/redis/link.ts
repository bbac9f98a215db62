import { setTimeout as pause } from 'node:timers/promises';
import type { HostAndPort } from '../config/redis-url.ts';
import type { Loss } from '../source/gap.ts';
import type { Subscriber } from '../source/subscription.ts';
import { createEvidence } from './evidence.ts';
import type { Listening } from './listening.ts';
import { answered, hasAnswer } from './patience.ts';
import { nameOf } from './pool.ts';
import type { Doubt } from './probe-report.ts';
import { notSent, type ProbeSender, type Role, type Sent } from './probe.ts';
import type { Topology, Whereabouts } from './topology.ts';

export interface LinkParts {
  readonly at: HostAndPort;
  readonly listening: Listening;
  readonly topology: Topology;
  readonly sender: ProbeSender;
  readonly probeChannel: string;
  /** Told after each beat that found nothing wrong: whether that proves that all is well. */
  readonly beaten: (doubt?: Doubt) => void;
}

const BEAT_MS = 2000;
const ANSWER_MS = 1500;

/**
 * A connection that listens, held to be good as long as it hears what it has published elsewhere. TCP tells nothing of a
 * peer that hangs or of a link that was cut, and a PING is answered by a server that no message reaches any more.
 */
export class Link {
  readonly #parts: LinkParts;
  readonly #ended = new AbortController();
  readonly #evidence = createEvidence(new Date());
  #beats = 0;
  #role: Role = 'untold';

  constructor(parts: LinkParts) {
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
      lose({ reason: 'connection-lost', detail, heardUntil: this.#evidence.heardUntil() });
    });
    void this.#beatOn(lose);
  }

  close(): void {
    this.#ended.abort();
    this.#parts.listening.close();
  }

  /** Asks all that can be asked; resolves with what is wrong, if anything is. */
  async beat(): Promise<Loss | undefined> {
    const { listening, topology, at } = this.#parts;
    const sentAt = new Date();
    const text = String((this.#beats += 1));
    const arrival = listening.expect(text);
    const [alive, whereabouts, sent] = await Promise.all([listening.isAlive(), topology.check(at), this.#send(text)]);
    if (!alive) return { reason: 'no-answer', detail: 'no answer to PING', heardUntil: this.#evidence.heardUntil() };
    const displaced = this.#displaced(whereabouts, sent);
    if (displaced) return displaced;
    if (sent.kind === 'sent' && !(await hasAnswer(arrival, ANSWER_MS)))
      return this.#misplaced('starved', 'Redis took a probe and did not pass it on');
    this.#evidence.beaten(sentAt, whereabouts, sent);
    this.#parts.beaten(doubtOf(whereabouts, sent));
    return undefined;
  }

  async #beatOn(lose: (loss: Loss) => void): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const startedAt = performance.now();
      const loss = await this.beat();
      // One that was closed meanwhile is told by onClosed.
      if (loss && this.#parts.listening.isOpen()) lose(loss);
      const spent = performance.now() - startedAt;
      await pause(Math.max(0, BEAT_MS - spent), undefined, { signal }).catch(() => undefined);
    }
  }

  async #send(text: string): Promise<Sent> {
    const { listening, sender, probeChannel, at } = this.#parts;
    const sending = async (): Promise<Sent> => {
      await listening.tune();
      return sender.send(probeChannel, text, at);
    };
    return answered(sending(), ANSWER_MS).catch((error: unknown) => notSent(error, at));
  }

  /** Whether publishers are no longer where we listen. */
  #displaced(whereabouts: Whereabouts, sent: Sent): Loss | undefined {
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
    return { reason, detail, heardUntil: this.#evidence.rightPlaceUntil(publishers) };
  }
}

/** What keeps a beat that found nothing wrong from being a proof. */
function doubtOf(whereabouts: Whereabouts, sent: Sent): Doubt | undefined {
  if (whereabouts === 'unknown') return { because: 'no majority of the sentinels names a master', lasting: false };
  return sent.kind === 'sent' ? undefined : { because: sent.because, lasting: sent.refused };
}
