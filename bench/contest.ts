import type { Contender, Server } from './contenders.ts';
import type { Crowd, Generator, Load } from './generator.ts';
import type { LoadRow, Row, Sample } from './rows.ts';

/** A server with its clients, in a contest. The first entrant is the one that goals are for. */
export interface Entrant {
  readonly name: string;
  readonly contender: Contender;
  /** The entrant that its ratio is to; the entrant without one is what others are held against. */
  readonly baseline?: string;
  readonly crowd: Crowd;
  /** What this entrant's messages have that those of others do not. */
  readonly load?: Partial<Load>;
}

/** An entrant that is up. */
export interface Stand {
  readonly entrant: Entrant;
  readonly server: Server;
  readonly generator: Generator;
}

/** Servers that are up at the same time with all their clients, and loaded in turn. */
export interface LoadContest {
  readonly entrants: readonly Entrant[];
  readonly rows: readonly LoadRow[];
}

/** Connections themselves: each round begins with new processes. */
export interface FreshContest {
  readonly entrants: readonly Entrant[];
  readonly rows: readonly Row[];
  /** One round of one entrant: a sample for each row, in their order. */
  measure(stand: Stand): Promise<readonly Sample[]>;
}

export type Contest = LoadContest | FreshContest;

/** Who takes part, and how large everything is. */
export interface Field {
  readonly gateways: readonly Contender[];
  /** Servers of other making, to compare with. */
  readonly references: readonly Contender[];
  readonly quick: boolean;
  readonly mostClients: number;
}

/** Every gateway against the first reference; where there is none, against the first gateway. */
export function entrantsOf({ gateways, references }: Field, crowd: Crowd): Entrant[] {
  const all = [...gateways, ...references];
  const baseline = (references[0] ?? gateways[0])?.name;
  return all.map((contender) => ({
    name: contender.name,
    contender,
    crowd,
    ...(contender.name !== baseline && baseline !== undefined && { baseline }),
  }));
}
