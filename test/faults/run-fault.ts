import { setTimeout as pause } from 'node:timers/promises';
import type { ClientHistory, Publication } from '../ledger/history.ts';
import { publishSteadily } from '../ledger/publisher.ts';
import { reconcile } from '../ledger/reconcile.ts';
import { judge, type Verdict } from '../ledger/verdict.ts';
import type { Fault } from './fault.ts';
import { until } from './gateway-node.ts';
import { buildSite, USERS, type Site } from './site.ts';

export interface Report {
  readonly fault: Fault;
  readonly verdict: Verdict;
  /** From its beginning until gateways or clients noticed, in milliseconds; nothing where there is nothing to notice. */
  readonly noticedAfter: number | undefined;
  /** Milliseconds from its end until every client had received a newer message. */
  readonly healedAfter: number | undefined;
  /** Whatever is not as promised. */
  readonly failures: readonly string[];
}

const PER_SECOND = 40;
/** Before the fault and after its end: long enough for each user to be addressed. */
const CALM_MS = 1000;
const HEALING_MS = 60_000;
/** For the very last messages to arrive. */
const LAST_MS = 10_000;

/** Builds a site, lets the fault befall it under load, and reads the ledger. */
export async function runFault(fault: Fault): Promise<Report> {
  const stops: (() => void | Promise<void>)[] = [];
  try {
    const site = await buildSite(fault.site, (stop) => stops.push(stop));
    return await strike(fault, site);
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

async function strike(fault: Fault, site: Site): Promise<Report> {
  const load = publishSteadily(site.publisher, USERS, PER_SECOND);
  await pause(CALM_MS);

  const struckAt = Date.now();
  const noticing = noticed(fault, site, struckAt);
  await fault.inject(site);
  await pause(Math.max(0, struckAt + fault.lasts - Date.now()));
  const endedAt = Date.now();
  const complaints = (await fault.heal?.(site)) ?? [];

  const healed = await until(() => healingTime(site, endedAt) !== undefined, HEALING_MS);
  await pause(CALM_MS);
  await load.stop();
  await untilLastArrived(site);

  const noticedAfter = await noticing;
  const verdict = judge(site.history());
  const failures = [
    ...(fault.noticed && noticedAfter === undefined ? ['nobody noticed'] : []),
    ...(healed ? [] : [`not healed within ${HEALING_MS / 1000} s`]),
    ...brokenPromises(verdict),
    ...brokenProcesses(site),
    ...turnedAway(site),
    ...(await disagreements(fault, site)),
    ...complaints,
  ];
  return { fault, verdict, noticedAfter, healedAfter: healingTime(site, endedAt), failures };
}

async function noticed(fault: Fault, site: Site, struckAt: number): Promise<number | undefined> {
  return (await fault.noticed?.(site, struckAt)) === true ? Date.now() - struckAt : undefined;
}

/** Undefined until every client has received a message that was published since. */
function healingTime({ clients, publisher }: Site, since: number): number | undefined {
  const newer = publisher.publications.filter(({ sentAt, outcome }) => sentAt >= since && outcome === 'ok');
  const numbers = new Set(newer.map(({ number }) => number));
  const times = clients.map(({ history }) => firstArrival(history, numbers));
  return times.every((time) => time !== undefined) ? Math.max(...times) - since : undefined;
}

function firstArrival({ stays }: ClientHistory, numbers: ReadonlySet<number>): number | undefined {
  for (const { arrivals } of stays) for (const { number, at } of arrivals) if (numbers.has(number)) return at;
  return undefined;
}

/** One more of each route for everybody: once it is there, all before it are there or lost. */
async function untilLastArrived({ publisher, clients }: Site): Promise<void> {
  const last = [await publisher.publish('everyone'), await publisher.publish('some', USERS)];
  const has = ({ stays }: ClientHistory, { number, outcome }: Publication): boolean =>
    outcome !== 'ok' || stays.at(-1)?.arrivals.some((arrival) => arrival.number === number) === true;
  await until(() => clients.every(({ history }) => last.every((one) => has(history, one))), LAST_MS);
}

function brokenPromises(verdict: Verdict): string[] {
  const promised = ['missingSilent', 'misdelivered', 'duplicate', 'outOfOrder', 'stowaway', 'stranded'] as const;
  return promised.filter((kind) => verdict[kind] > 0).map((kind) => `${kind}: ${verdict[kind]}`);
}

function brokenProcesses({ gateways }: Site): string[] {
  return gateways
    .filter(({ program }) => program().output().includes('uncaught error; exiting'))
    .map(({ name }) => `${name} met an uncaught error`);
}

/** All tokens are valid: a client would give up after a rejection. */
function turnedAway({ clients }: Site): string[] {
  const refusals = clients.flatMap(({ history }) => history.refusals);
  return [...new Set(refusals.filter((message) => /unauthorized/.test(message)))];
}

/** An instance that was replaced took its counters with it. */
async function disagreements({ strangers }: Fault, site: Site): Promise<string[]> {
  if (site.gateways.some(({ starts }) => starts() > 1)) return [];
  const instances = site.gateways.map(({ name, program }) => ({ name, metrics: program().metrics }));
  return reconcile(instances, site.history(), { strangers: strangers === true });
}
