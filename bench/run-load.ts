import type { Entrant, LoadContest } from './contest.ts';
import { startContender, type Server } from './contenders.ts';
import { startGenerator, type Generator } from './generator.ts';
import { sampleOf, type Row, type Sample } from './rows.ts';
import type { Service } from './services.ts';

export interface Measurement {
  readonly row: Row;
  readonly entrant: Entrant;
  readonly sample: Sample;
}

export interface Stand {
  readonly entrant: Entrant;
  readonly server: Server;
  readonly generator: Generator;
}

export interface Rounds {
  readonly repeat: number;
  readonly seconds: number;
  readonly auth: Service;
  readonly isWanted: (row: Row) => boolean;
}

export async function standFor(entrant: Entrant, auth: Service): Promise<Stand> {
  const server = await startContender(entrant.contender, auth);
  return { entrant, server, generator: startGenerator(server) };
}

export async function takeDown({ server, generator }: Stand): Promise<void> {
  await generator.close();
  await generator.stop();
  await server.stop();
}

/** All servers are up with their clients; each round loads them in turn, row by row. */
export async function* runLoads(contest: LoadContest, rounds: Rounds): AsyncGenerator<Measurement> {
  const { repeat, seconds, auth } = rounds;
  const rows = contest.rows.filter(rounds.isWanted);
  if (rows.length === 0) return;
  const stands: Stand[] = [];
  try {
    for (const entrant of contest.entrants) stands.push(await fill(await standFor(entrant, auth)));
    for (const row of rows) for (const stand of stands) await measure(stand, row, Math.min(seconds, WARM_UP));
    for (let round = 0; round < repeat; round += 1)
      for (const row of rows)
        for (const stand of stands) yield { row, entrant: stand.entrant, sample: await measure(stand, row, seconds) };
  } finally {
    for (const stand of stands) await takeDown(stand);
  }
}

/** Seconds of each load before it counts, so that everything is compiled. */
const WARM_UP = 0.5;

async function fill(stand: Stand): Promise<Stand> {
  const { entrant, generator } = stand;
  const { ready, failed } = await generator.connect(entrant.crowd);
  if (ready < entrant.crowd.clients)
    throw new Error(`${entrant.name}: ${ready} of ${entrant.crowd.clients} clients got in, ${failed} were refused`);
  return stand;
}

async function measure(stand: Stand, row: LoadContest['rows'][number], seconds: number): Promise<Sample> {
  return sampleOf(row, await stand.generator.load({ ...row.load, ...stand.entrant.load, seconds }));
}
