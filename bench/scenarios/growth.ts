import type { Contender } from '../contenders.ts';
import type { Entrant, Field, LoadContest } from '../contest.ts';
import type { Crowd, Load } from '../generator.ts';
import type { Goal } from '../rows.ts';
import { writeKindsOfOneChannel, writeManyRoutes } from '../routes/many-routes.ts';

const FLAT: Goal = { reachable: 1.15, stretch: 1.05, limit: 1 };
const TO_A_USER: Load = { kind: 'u', window: 64 };

interface Variant {
  readonly name: string;
  readonly crowd: Crowd;
  readonly env?: Readonly<Record<string, string>>;
  readonly load?: Partial<Load>;
}

/** The same gateway in several states; the last one is what the others are held against. */
export function variantsOf(gateways: readonly Contender[], variants: readonly Variant[]): Entrant[] {
  return gateways.flatMap((gateway) => {
    const nameOf = ({ name }: Variant): string => (gateways.length > 1 ? `${gateway.name}, ${name}` : name);
    const [last] = variants.slice(-1);
    return variants.map((variant) => ({
      name: nameOf(variant),
      contender: { ...gateway, ...(variant.env && { env: variant.env }) },
      crowd: variant.crowd,
      ...(variant.load && { load: variant.load }),
      ...(last && variant !== last && { baseline: nameOf(last) }),
    }));
  });
}

const ROUTES = [10_000, 10];

/** Ten routes or ten thousand: a message should not notice. */
export function routeGrowth({ gateways, mostClients }: Field): LoadContest {
  const crowd = { clients: Math.min(1000, mostClients) };
  const variants = ROUTES.map((count) => ({
    name: `${count.toLocaleString('en')} routes`,
    crowd,
    env: { ROUTES_FILE: writeManyRoutes(count) },
    load: { channels: count },
  }));
  const title = 'to one of 1k users, by one of many routes, 64 in flight';
  return {
    entrants: variantsOf(gateways, variants),
    rows: [{ name: 'route-growth', title, unit: 'µs CPU / message', load: TO_A_USER, goal: FLAT }],
  };
}

const KINDS = [40, 1];

/** One kind of messages on a channel or forty, each with a route that takes it by `when`. */
export function kindGrowth({ gateways, mostClients }: Field): LoadContest {
  const crowd = { clients: Math.min(1000, mostClients) };
  const variants = KINDS.map((count) => ({
    name: count === 1 ? '1 route' : `${count} routes`,
    crowd,
    env: { ROUTES_FILE: writeKindsOfOneChannel(count) },
  }));
  const title = 'to one of 1k users, by one of the routes of a channel, 64 in flight';
  const goal = { reachable: 1.3, stretch: 1.05, limit: 1 };
  return {
    entrants: variantsOf(gateways, variants),
    rows: [{ name: 'kind-growth', title, unit: 'µs CPU / message', load: TO_A_USER, goal }],
  };
}

/** The same thousand users are sent to, so that the kernel has the same sockets to do with. */
export function userGrowth({ gateways, mostClients, quick }: Field): LoadContest {
  const few = Math.min(1000, mostClients);
  const many = Math.min(quick ? 5000 : 100_000, mostClients);
  const variants = [many, few].map((clients) => ({
    name: `${clients.toLocaleString('en')} users`,
    crowd: { clients },
    load: { among: few },
  }));
  const title = 'to one of 1k users among more who are here, 64 in flight';
  return {
    entrants: variantsOf(gateways, variants),
    rows: [{ name: 'user-growth', title, unit: 'µs CPU / message', load: TO_A_USER, goal: FLAT }],
  };
}
