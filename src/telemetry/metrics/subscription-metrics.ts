import { GAP_REASONS } from '../../subscription/gap.ts';
import type { Instruments } from './instruments.ts';

/** Creates the metrics of gaps in the subscription at Redis. */
export function subscriptionMetrics({ counter, counterBy }: Instruments) {
  return {
    gaps: counterBy(
      'gateway_gaps_total',
      'Times that messages may have been missed, by reason.',
      'reason',
      GAP_REASONS,
    ),
    gapSeconds: counter(
      'gateway_gap_seconds_total',
      'Seconds in which messages may have been missed, counted when the gap ends.',
    ),
  };
}
