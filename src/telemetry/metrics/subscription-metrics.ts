import { GAP_REASONS } from '../../subscription/gap.ts';
import type { Instruments } from './instruments.ts';

/** The link to Redis. */
export function subscriptionMetrics({ counter, counterBy }: Instruments) {
  return {
    gaps: counterBy(
      'gateway_gaps_total',
      'Times that messages may have passed unheard, by reason.',
      'reason',
      GAP_REASONS,
    ),
    gapSeconds: counter(
      'gateway_gap_seconds_total',
      'Seconds in which messages may have passed unheard, counted when they are over.',
    ),
  };
}
