import type { HostAndPort } from '../config/environment/redis-url.ts';
import { formatAddress } from './format-address.ts';
import type { ProbeResult } from './probe-sender.ts';
import type { MasterLocation } from './topology.ts';

/** The time until which delivery is proved: a gap begins there. */
export interface DeliveryWatermark {
  /** Called after each probe round that found nothing wrong. */
  probed(sentAt: Date, location: MasterLocation, result: ProbeResult): void;
  /** Everything that reached the subscribed server before then was received. */
  receivedUntil(): Date;
  /** The same, and everything that was published at these servers before then reached the subscribed server. */
  onMasterUntil(publishers: readonly HostAndPort[]): Date;
}

export function createDeliveryWatermark(start: Date): DeliveryWatermark {
  let receivedUntil = start;
  const provedAt = new Map<string, Date>();
  return {
    probed(sentAt, location, result) {
      // The gateway is cut off from the sentinels, perhaps together with a server that is no longer the master.
      if (location === 'unknown') return;
      // Where Redis forbids probes an answered PING is the only proof.
      if (result.kind === 'sent' || result.refused) receivedUntil = sentAt;
      if (result.kind === 'sent' && (location === 'here' || result.fresh))
        provedAt.set(formatAddress(result.from), sentAt);
    },
    receivedUntil: () => receivedUntil,
    onMasterUntil(publishers) {
      const times = publishers.map((server) => provedAt.get(formatAddress(server)) ?? start);
      return times.reduce((earliest, time) => (time < earliest ? time : earliest), receivedUntil);
    },
  };
}
