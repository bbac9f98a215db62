import type { HostAndPort } from '../config/redis-url.ts';
import { nameOf } from './pool.ts';
import type { Sent } from './probe.ts';
import type { Whereabouts } from './topology.ts';

/** Until when it is proved that nothing passed unheard: where a gap begins. */
export interface Evidence {
  /** A beat that found nothing wrong. */
  beaten(sentAt: Date, whereabouts: Whereabouts, sent: Sent): void;
  /** What the server where we listen was given, came. */
  heardUntil(): Date;
  /** And all publishers gave it to that server. */
  rightPlaceUntil(publishers: readonly HostAndPort[]): Date;
}

export function createEvidence(start: Date): Evidence {
  let heard = start;
  const certain = new Map<string, Date>();
  return {
    beaten(sentAt, whereabouts, sent) {
      // Cut off from the sentinels, perhaps together with a master that is one no more.
      if (whereabouts === 'unknown') return;
      // Where Redis forbids probes an answered PING is all the proof there is.
      if (sent.kind === 'sent' || sent.refused) heard = sentAt;
      if (sent.kind === 'sent' && (whereabouts === 'here' || sent.fresh)) certain.set(nameOf(sent.from), sentAt);
    },
    heardUntil: () => heard,
    rightPlaceUntil(publishers) {
      const times = publishers.map((place) => certain.get(nameOf(place)) ?? start);
      return times.reduce((earliest, time) => (time < earliest ? time : earliest), heard);
    },
  };
}
