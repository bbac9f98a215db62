import type { ShapeConfig } from '../../config/routes/route-config.ts';
import { change, type Change, type Party, type RoutePair } from './change.ts';
import { meaningFor, type Fact } from './facts.ts';
import { schemaFacts } from './schema.ts';
import { clientSchema, publishedSchema } from '../schemas/whole-schema.ts';

/** Changes of payloads, for publishers and for clients; a change for both is reported once. */
export function payloadChanges({ before, after }: RoutePair): Change[] {
  const seen = schemaFacts(clientSchema(before), clientSchema(after));
  const sent = schemaFacts(publishedSchema(before), publishedSchema(after));
  const facts =
    isMoved(before.shape) || isMoved(after.shape)
      ? [...effectsOf(seen, ['clients'], ', for clients'), ...effectsOf(sent, ['publishers'], ', in the message')]
      : [
          ...effectsOf(both(seen, sent), ['clients', 'publishers']),
          ...effectsOf(only(seen, sent), ['clients']),
          ...effectsOf(only(sent, seen), ['publishers']),
        ];
  return facts.map(({ fact, parties, where }) =>
    change(after, fact.what + where, ...parties.map((party) => meaningFor(party, fact))),
  );
}

/** The same name may be another field. */
function isMoved({ kind, from }: ShapeConfig): boolean {
  return kind === 'map' || from !== undefined;
}

type Reader = Extract<Party, 'clients' | 'publishers'>;

interface PayloadChange {
  readonly fact: Fact;
  readonly parties: readonly Reader[];
  readonly where: string;
}

function effectsOf(facts: readonly Fact[], parties: readonly Reader[], where = ''): PayloadChange[] {
  return facts.map((fact) => ({ fact, parties, where }));
}

function both(facts: readonly Fact[], others: readonly Fact[]): Fact[] {
  return facts.filter((fact) => others.some((other) => isSame(fact, other)));
}

function only(facts: readonly Fact[], others: readonly Fact[]): Fact[] {
  return facts.filter((fact) => !others.some((other) => isSame(fact, other)));
}

function isSame(fact: Fact, other: Fact): boolean {
  return fact.kind === other.kind && fact.what === other.what;
}
