import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gatewayOf, NAIVE, PLAIN_WS } from './contenders.ts';
import type { Field, LoadContest } from './contest.ts';
import { compileGenerator } from './generator.ts';
import { conditions, mostSockets } from './machine.ts';
import { readOptions, USAGE, type Options } from './options.ts';
import { summarize, type Results } from './results.ts';
import { runLoads, type Measurement } from './run-load.ts';
import type { Row } from './rows.ts';
import { fanOut } from './scenarios/fan-out.ts';
import { scriptAt, startAuth } from './services.ts';
import { tablesOf } from './table.ts';

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

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

async function measureAll(contests: readonly LoadContest[], options: Options): Promise<Measurement[]> {
  const auth = await startAuth();
  const isWanted = ({ name }: Row): boolean =>
    options.scenarios.length === 0 || options.scenarios.some((beginning) => name.startsWith(beginning));
  const all: Measurement[] = [];
  for (const contest of contests) {
    const measured: Measurement[] = [];
    for await (const measurement of runLoads(contest, { ...options, auth, isWanted })) measured.push(measurement);
    if (measured.length > 0) say(`\n${tablesOf(summarize(measured))}`);
    all.push(...measured);
  }
  return all;
}

function write(results: Results, out: string | undefined): void {
  const path = out ?? scriptAt(`./results/${results.date.slice(0, 16).replace(':', '')}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
  say(`\nWritten to ${path}`);
}

try {
  const options = readOptions(process.argv.slice(2));
  compileGenerator();
  const field = fieldOf(options);
  const contests = fanOut(field);
  const date = new Date().toISOString();
  const rows = summarize(await measureAll(contests, options));
  write({ date, conditions: conditions(), rows }, options.out);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof TypeError ? `${error.message}\n${USAGE}` : String(error)}\n`);
  process.exit(1);
}
