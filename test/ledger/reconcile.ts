import type { History } from './history.ts';

/** The counters of an instance, from /metrics. */
export interface Instance {
  readonly name: string;
  metrics(): Promise<string>;
}

/**
 * Where the gateways' own counters and the ledger disagree, in words; nothing where all adds up. To be asked when
 * nothing is on its way any more, of instances that all lived through the whole run.
 * @param strangers whether others than the ledger's clients were connected.
 */
export async function reconcile(
  instances: readonly Instance[],
  history: History,
  { strangers }: { strangers: boolean } = { strangers: false },
): Promise<string[]> {
  const counted = await Promise.all(
    instances.map(async ({ name, metrics }) => ({ name, read: readerOf(await metrics()) })),
  );
  const routes = [...new Set(history.publications.map(({ route }) => route))];
  const alone = counted.flatMap(({ name, read }) =>
    routes.flatMap((route) => disagreements(route, read, history).map((text) => `${name}, ${route}: ${text}`)),
  );
  return [...alone, ...routes.flatMap((route) => compareRecipients(route, counted, history, strangers))];
}

/** Sum of all series of a metric that have this route. */
type Read = (metric: string, route?: string) => number;

function readerOf(text: string): Read {
  const lines = text.split('\n');
  return (metric, route) =>
    lines
      .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
      .filter((line) => route === undefined || line.includes(`route="${route}"`))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

function disagreements(route: string, read: Read, { publications }: History): string[] {
  const of = (name: string): number => read(`gateway_route_${name}_total`, route);
  const [received, delivered, notHere, dropped, passedOver] = [
    'received',
    'delivered',
    'not_here',
    'dropped',
    'passed_over',
  ].map(of);
  const published = publications.filter((publication) => publication.route === route);
  const certain = published.filter(({ outcome }) => outcome === 'ok').length;
  const possible = published.filter(({ outcome }) => outcome !== 'failed').length;
  const heardAll = read('gateway_gaps_total') === 0;
  return [
    ...(received === sum(delivered, notHere, dropped, passedOver)
      ? []
      : [
          `received ${received}, but delivered ${delivered} + not here ${notHere} + dropped ${dropped} + passed over ${passedOver}`,
        ]),
    ...(dropped === 0 ? [] : [`dropped ${dropped} of messages that are all sound`]),
    ...((received ?? 0) > possible ? [`received ${received} of ${possible} published`] : []),
    ...(heardAll && (received ?? 0) < certain ? [`received ${received} of ${certain} published, without a gap`] : []),
  ];
}

/** Each arrival is a recipient that was counted; where no connection broke, each recipient has arrived. */
function compareRecipients(
  route: string,
  counted: readonly { read: Read }[],
  { clients }: History,
  strangers: boolean,
): string[] {
  const recipients = sum(...counted.map(({ read }) => read('gateway_route_recipients_total', route)));
  const stays = clients.flatMap((client) => client.stays);
  const arrived = stays.flatMap(({ arrivals }) => arrivals).filter((arrival) => arrival.route === route).length;
  const exact = !strangers && stays.every(({ until }) => until === undefined);
  const agrees = exact ? arrived === recipients : arrived <= recipients;
  return agrees ? [] : [`${route}: ${arrived} arrived, ${recipients} recipients counted`];
}

function sum(...numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
}
