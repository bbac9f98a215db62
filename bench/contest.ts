import type { Contender } from './contenders.ts';
import type { Crowd, Load } from './generator.ts';
import type { LoadRow } from './rows.ts';

/** A server with its clients, in a contest. */
export interface Entrant {
  readonly name: string;
  readonly contender: Contender;
  /** The entrant that its ratio is to; the entrant without one is what others are held against. */
  readonly baseline?: string;
  readonly crowd: Crowd;
  /** What this entrant's messages have that those of others do not. */
  readonly load?: Partial<Load>;
}

/** Servers that are up at the same time with all their clients, and loaded in turn. */
export interface LoadContest {
  readonly entrants: readonly Entrant[];
  readonly rows: readonly LoadRow[];
}

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
