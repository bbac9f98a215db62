import type { Contest, Entrant, FreshContest, LoadContest, Stand } from './contest.ts';
import { sampleOf, type LoadRow, type Row, type Sample } from './rows.ts';
import type { Service } from './services.ts';
import { fill, standFor, takeDown } from './stand.ts';

export interface Measurement {
  readonly row: Row;
  readonly entrant: Entrant;
  readonly sample: Sample;
}

export interface Rounds {
  readonly repeat: number;
  readonly seconds: number;
  /** Waits for others to leave the server's processor alone. */
  readonly untilQuiet: () => Promise<void>;
  readonly auth: Service;
  readonly isWanted: (row: Row) => boolean;
  /** No time for another round. */
  readonly isOver: () => boolean;
}

/** Round by round, in turn: A B C, A B C. */
export async function* runContest(contest: Contest, rounds: Rounds): AsyncGenerator<Measurement> {
  if (!contest.rows.some(rounds.isWanted)) return;
  if ('measure' in contest) yield* runFresh(contest, rounds);
  else yield* runLoads(contest, rounds);
}

/** Seconds of each load before it counts, so that everything is compiled. */
const WARM_UP = 0.5;

/** All servers are up with their clients; each round loads them, row by row. */
async function* runLoads(contest: LoadContest, rounds: Rounds): AsyncGenerator<Measurement> {
  const { repeat, seconds, auth, untilQuiet, isWanted, isOver } = rounds;
  const rows = contest.rows.filter(isWanted);
  const stands: Stand[] = [];
  try {
    for (const entrant of contest.entrants) {
      const stand = await standFor(entrant, auth);
      stands.push(stand);
      await fill(stand);
    }
    for (const row of rows) for (const stand of stands) await measure(stand, row, Math.min(seconds, WARM_UP));
    for (let round = 0; round < repeat && !(round > 0 && isOver()); round += 1)
      for (const row of rows)
        for (const stand of stands) {
          await untilQuiet();
          yield { row, entrant: stand.entrant, sample: await measure(stand, row, seconds) };
        }
  } finally {
    for (const stand of stands) await takeDown(stand);
  }
}

async function measure({ entrant, generator }: Stand, row: LoadRow, seconds: number): Promise<Sample> {
  return sampleOf(row, await generator.load({ ...row.load, ...entrant.load, seconds }));
}

async function* runFresh(
  contest: FreshContest,
  { repeat, auth, untilQuiet, isOver }: Rounds,
): AsyncGenerator<Measurement> {
  // Processes that start anew scatter less than loads do, and take longer.
  for (let round = 0; round < Math.ceil(repeat / 3) && !(round > 0 && isOver()); round += 1)
    for (const entrant of contest.entrants) {
      await untilQuiet();
      const stand = await standFor(entrant, auth);
      try {
        const samples = await contest.measure(stand);
        for (const [index, sample] of samples.entries()) {
          const row = contest.rows[index];
          if (row) yield { row, entrant, sample };
        }
      } finally {
        await takeDown(stand);
      }
    }
}
