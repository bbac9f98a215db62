import type { Arrival, ClientHistory, Gap, History, Publication, Stay } from './history.ts';

/** What became of every message for every client. */
export interface Verdict {
  /** Heard once, at least. */
  readonly delivered: number;
  /** Heard again. */
  readonly duplicate: number;
  /** Not received, and the client cannot know. */
  readonly missingSilent: number;
  /** Not received, and the client received a gap notice, or knows that it was disconnected. */
  readonly missingAnnounced: number;
  /** Received by a client that is not a recipient. */
  readonly misdelivered: number;
  /** Heard after a later one of its route. */
  readonly outOfOrder: number;
  /** Heard though it is of another run. */
  readonly stowaway: number;
  /** Heard more than a second after it was published. */
  readonly late: number;
  /** Clients that are not connected in the end. */
  readonly stranded: number;
}

const LATE_MS = 1000;
/**
 * A connection that ends tells its client that the last messages may be lost: those of up to so long before. A gateway
 * that was silent for longer should have said so.
 */
const LAST_MESSAGES_MS = 5000;
/** `ping timeout` says that nothing came for that long: ping interval and ping timeout. */
const LAST_BEFORE_PING_TIMEOUT_MS = 46_000;

export function judge({ run, publications, clients }: History): Verdict {
  const total = { ...NOTHING };
  for (const client of clients) {
    const verdict = judgeClient(client, run, publications);
    for (const kind of KINDS) total[kind] += verdict[kind];
  }
  return total;
}

const NOTHING: Verdict = {
  delivered: 0,
  duplicate: 0,
  missingSilent: 0,
  missingAnnounced: 0,
  misdelivered: 0,
  outOfOrder: 0,
  stowaway: 0,
  late: 0,
  stranded: 0,
};
const KINDS = [
  'delivered',
  'duplicate',
  'missingSilent',
  'missingAnnounced',
  'misdelivered',
  'outOfOrder',
  'stowaway',
  'late',
  'stranded',
] as const satisfies readonly (keyof Verdict)[];

function judgeClient(client: ClientHistory, run: string, publications: readonly Publication[]): Verdict {
  const received = client.stays.flatMap(({ arrivals }) => arrivals);
  const own = received.filter((arrival) => arrival.run === run);
  const byNumber = Map.groupBy(own, ({ number }) => number);
  const mine = publications.filter((publication) => isFor(publication, client));
  const mineByNumber = new Map(mine.map((publication) => [publication.number, publication]));
  const missing = mine.filter(({ number, outcome }) => outcome === 'ok' && !byNumber.has(number));
  const delivered = mine.filter(({ number }) => byNumber.has(number)).length;
  const forMe = own.filter(({ number }) => mineByNumber.has(number));
  const announced = missing.filter((publication) => isAnnounced(publication, client)).length;
  return {
    delivered,
    duplicate: forMe.length - delivered,
    missingSilent: missing.length - announced,
    missingAnnounced: announced,
    misdelivered: own.length - forMe.length,
    outOfOrder: client.stays.reduce((sum, { arrivals }) => sum + countInversions(arrivals, run), 0),
    stowaway: received.length - own.length,
    late: forMe.filter(({ number, at }) => at - (mineByNumber.get(number)?.sentAt ?? at) > LATE_MS).length,
    stranded: client.stays.some(({ until }) => until === undefined) ? 0 : 1,
  };
}

function isFor({ to }: Publication, { user }: ClientHistory): boolean {
  return to === undefined || to.includes(user);
}

function isAnnounced(publication: Publication, { gaps, stays }: ClientHistory): boolean {
  return gaps.some((gap) => covers(gap, publication)) || !stays.some((stay) => vouchesFor(stay, publication));
}

function covers({ from, to, routes }: Gap, { route, sentAt, settledAt }: Publication): boolean {
  return routes.includes(route) && from <= settledAt && sentAt <= to;
}

/** Whether the client was connected when it was sent and had no sign of a loss. */
function vouchesFor({ since, until, reason, arrivals }: Stay, { number, route, sentAt }: Publication): boolean {
  if (sentAt < since) return false;
  if (until === undefined) return true;
  if (sentAt > until) return false;
  const last = reason === 'ping timeout' ? LAST_BEFORE_PING_TIMEOUT_MS : LAST_MESSAGES_MS;
  return sentAt < until - last || arrivals.some((later) => later.route === route && later.number > number);
}

function countInversions(arrivals: readonly Arrival[], run: string): number {
  const highest = new Map<string, number>();
  let count = 0;
  for (const { route, number } of arrivals.filter((arrival) => arrival.run === run)) {
    const before = highest.get(route) ?? -1;
    if (number < before) count += 1;
    highest.set(route, Math.max(before, number));
  }
  return count;
}
