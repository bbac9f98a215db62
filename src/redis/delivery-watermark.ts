import type { HostAndPort } from '../config/environment/redis-url.ts';
import { nameOf } from './pool.ts';
import type { Sent } from './probe.ts';
import type { MasterLocation } from './topology.ts';

/** Until when it is proved that nothing passed unheard: where a gap begins. */
export interface DeliveryWatermark {
  /** A beat that found nothing wrong. */
  probed(sentAt: Date, whereabouts: MasterLocation, sent: Sent): void;
  /** What the server where we listen was given, came. */
  receivedUntil(): Date;
  /** And all publishers gave it to that server. */
  onMasterUntil(publishers: readonly HostAndPort[]): Date;
}

export function createDeliveryWatermark(start: Date): DeliveryWatermark {
  let heard = start;
  const certain = new Map<string, Date>();
  return {
    probed(sentAt, whereabouts, sent) {
      // Cut off from the sentinels, perhaps together with a master that is one no more.
      if (whereabouts === 'unknown') return;
      // Where Redis forbids probes an answered PING is all the proof there is.
      if (sent.kind === 'sent' || sent.refused) heard = sentAt;
      if (sent.kind === 'sent' && (whereabouts === 'here' || sent.fresh)) certain.set(nameOf(sent.from), sentAt);
    },
    receivedUntil: () => heard,
    onMasterUntil(publishers) {
      const times = publishers.map((place) => certain.get(nameOf(place)) ?? start);
      return times.reduce((earliest, time) => (time < earliest ? time : earliest), heard);
    },
  };
}
