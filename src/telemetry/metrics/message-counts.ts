import type { Counter } from 'prom-client';
import type { DropCount, ReadCounts, RouteCounts } from '../../admin/activity-answer.ts';
import type { DispatchEvents } from '../../dispatch/report.ts';
import { DROP_REASONS } from '../../dispatch/drop-reasons.ts';
import type { Metrics } from './metrics.ts';

export interface MessageCounts extends DispatchEvents {
  readonly read: ReadCounts;
}

/** Time and detail of the last drop, by route and reason; counters hold neither. */
type LastDrops = Map<string, { readonly at: number; readonly detail?: string }>;

/** Serves the counts of `/admin` from the metrics, and remembers the last drop per route and reason. */
export function createMessageCounts(metrics: Metrics): MessageCounts {
  const lastDrops: LastDrops = new Map();
  return {
    handled({ outcomes }) {
      for (const outcome of outcomes) {
        const found = outcome.kind === 'shadow' ? outcome.would : outcome;
        if (found.kind !== 'dropped' || found.route === undefined) continue;
        const { reason, detail, route } = found;
        lastDrops.set(keyOf(route.name, route.shadow, reason), {
          at: Date.now(),
          ...(detail !== undefined && { detail }),
        });
      }
    },
    async read(routes) {
      const values = await readAll(metrics);
      return new Map(routes.map(({ name, shadow }) => [name, countsOf(name, shadow, values, lastDrops)]));
    },
  };
}

function keyOf(route: string, shadow: boolean, reason: string): string {
  return `${route} ${reason}${shadow ? ' shadow' : ''}`;
}

type Values = Awaited<ReturnType<typeof readAll>>;

async function readAll(metrics: Metrics) {
  const { received, delivered, notHere, passedOver, recipients, dropped } = metrics;
  const { shadowMessages, shadowRecipients, lastMessage } = metrics;
  return {
    received: await valuesOf(received),
    delivered: await valuesOf(delivered),
    notHere: await valuesOf(notHere),
    passedOver: await valuesOf(passedOver),
    recipients: await valuesOf(recipients),
    dropped: await valuesOf(dropped, 'reason'),
    shadow: await valuesOf(shadowMessages, 'outcome'),
    shadowRecipients: await valuesOf(shadowRecipients),
    lastMessage: await valuesOf(lastMessage),
  };
}

type Readable = Pick<Counter<'route' | 'reason' | 'outcome'>, 'get'>;

/** Returns a look-up of the metric's values by route, or by route and another label. */
async function valuesOf(metric: Readable, label?: 'reason' | 'outcome'): Promise<(...labels: string[]) => number> {
  const { values } = await metric.get();
  const byLabels = new Map(
    values.map(({ labels, value }) => [`${labels.route} ${label === undefined ? '' : labels[label]}`, value]),
  );
  return (route, other = '') => byLabels.get(`${route} ${other}`) ?? 0;
}

function countsOf(route: string, shadow: boolean, values: Values, lastDrops: LastDrops): RouteCounts {
  const lastMessage = values.lastMessage(route);
  const drops = DROP_REASONS.flatMap((reason): DropCount[] => {
    const count = shadow ? values.shadow(route, reason) : values.dropped(route, reason);
    const last = lastDrops.get(keyOf(route, shadow, reason));
    if (count === 0 || last === undefined) return [];
    return [{ reason, count, lastAt: new Date(last.at), ...(last.detail !== undefined && { detail: last.detail }) }];
  });
  return {
    ...(shadow ? shadowTotals(route, values, drops) : liveTotals(route, values)),
    ...(lastMessage > 0 && { lastMessageAt: new Date(lastMessage * 1000) }),
    drops,
  };
}

type Totals = Omit<RouteCounts, 'lastMessageAt' | 'drops'>;

function liveTotals(route: string, { received, delivered, notHere, passedOver, recipients }: Values): Totals {
  return {
    received: received(route),
    delivered: delivered(route),
    notHere: notHere(route),
    passedOver: passedOver(route),
    recipients: recipients(route),
  };
}

function shadowTotals(route: string, values: Values, drops: readonly DropCount[]): Totals {
  const delivered = values.shadow(route, 'delivered');
  const notHere = values.shadow(route, 'not-here');
  const passedOver = values.shadow(route, 'passed-over');
  const dropped = drops.reduce((sum, { count }) => sum + count, 0);
  return {
    received: delivered + notHere + dropped + passedOver,
    delivered,
    notHere,
    passedOver,
    recipients: values.shadowRecipients(route),
  };
}
