import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gatewayOf, NAIVE, PLAIN_WS } from './contenders.ts';
import type { Contest, Field } from './contest.ts';
import { compileGenerator } from './generator.ts';
import { conditions, mostSockets } from './machine.ts';
import { createPatience } from './quiet.ts';
import { readOptions, USAGE, type Options } from './options.ts';
import { summarize, type Results } from './results.ts';
import type { Row } from './rows.ts';
import { runContest, type Measurement, type Rounds } from './run-contest.ts';
import { allContests } from './scenarios/all.ts';
import { scriptAt, startAuth, startSpanSink } from './services.ts';
import { tablesOf } from './table.ts';

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

/** A quick run ends within three minutes: on a slow machine with one round of the last contests, or without them. */
const LAST_ROUND_MS = 120_000;
const END_MS = 170_000;

function fieldOf({ gateways, quick, mostClients }: Options): Field {
  const several = gateways.length > 1;
  return {
    gateways: several
      ? gateways.map((dist, index) => gatewayOf(`gateway ${index + 1}`, dist))
      : [gatewayOf('gateway', gateways[0])],
    references: several ? [] : [NAIVE, PLAIN_WS],
    quick,
    mostClients: Math.min(mostClients, mostSockets()),
  };
}

async function roundsOf({ scenarios, repeat, seconds, patience, quick }: Options): Promise<Rounds> {
  return {
    repeat,
    seconds,
    untilQuiet: createPatience(patience),
    auth: await startAuth(),
    isWanted: ({ name }: Row) => scenarios.length === 0 || scenarios.some((beginning) => name.startsWith(beginning)),
    isOver: () => quick && performance.now() > LAST_ROUND_MS,
  };
}

async function* measureAll(contests: readonly Contest[], rounds: Rounds): AsyncGenerator<Measurement[]> {
  for (const contest of contests) {
    const names = contest.rows.filter(rounds.isWanted).map(({ name }) => name);
    if (names.length === 0) continue;
    process.stderr.write(`${contest.entrants.map(({ name }) => name).join(', ')}: ${names.join(', ')}\n`);
    const measured = [];
    for await (const measurement of runContest(contest, rounds)) measured.push(measurement);
    say(`\n${tablesOf(summarize(measured))}\n`);
    yield measured;
  }
}

async function main(options: Options): Promise<void> {
  compileGenerator();
  const date = new Date().toISOString();
  const all: Measurement[] = [];
  const end = (): never => {
    write({ date, conditions: conditions(options.gateways), rows: summarize(all) }, options.out);
    process.exit(0);
  };
  if (options.quick) setTimeout(() => (say('\nNo time left for the rest.'), end()), END_MS - performance.now());
  const contests = allContests(fieldOf(options), await startSpanSink());
  for await (const measured of measureAll(contests, await roundsOf(options))) all.push(...measured);
  if (all.length === 0) throw new TypeError('no row has a name that begins so; --list tells all');
  end();
}

function list(options: Options): never {
  const nobody: Field = { gateways: [], references: [], quick: options.quick, mostClients: mostSockets() };
  for (const { rows } of allContests(nobody, { port: 0 })) for (const { name, title } of rows) say(`${name}: ${title}`);
  process.exit(0);
}

function write(results: Results, out: string | undefined): void {
  const path = out ?? scriptAt(`./results/${results.date.slice(0, 16).replace(':', '')}.json`);
  mkdirSync(dirname(path), { recursive: true });
  const sixDigits = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toPrecision(6)) : value;
  writeFileSync(path, `${JSON.stringify(results, sixDigits, 1)}\n`);
  say(`\nWritten to ${path}`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.list) list(options);
  await main(options);
} catch (error) {
  process.stderr.write(`${error instanceof TypeError ? `${error.message}\n${USAGE}` : String(error)}\n`);
  process.exit(1);
}
