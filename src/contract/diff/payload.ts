import type { Envelope } from '../../config/routes/envelope.ts';
import { change, type Change, type Party, type RoutePair } from './change.ts';
import { meaningFor, type Fact } from './facts.ts';
import { schemaFacts } from './schema.ts';
import { clientSchema, publishedSchema } from '../schemas/whole-schema.ts';

/** What changes in payloads, as publishers send them and as clients see them; what both see is told once. */
export function payloadChanges({ before, after }: RoutePair, oldEnvelope: Envelope, envelope: Envelope): Change[] {
  const seen = schemaFacts(clientSchema(before, oldEnvelope), clientSchema(after, envelope));
  const sent = schemaFacts(publishedSchema(before, oldEnvelope), publishedSchema(after, envelope));
  const mapped = after.shape.kind === 'map' || before.shape.kind === 'map';
  // With a map the same name may be another field.
  const facts = mapped
    ? [...told(seen, ['clients'], ', for clients'), ...told(sent, ['publishers'], ', in the message')]
    : [
        ...told(both(seen, sent), ['clients', 'publishers']),
        ...told(only(seen, sent), ['clients']),
        ...told(only(sent, seen), ['publishers']),
      ];
  return facts.map(({ fact, parties, where }) =>
    change(after, fact.what + where, ...parties.map((party) => meaningFor(party, fact))),
  );
}

type Reader = Extract<Party, 'clients' | 'publishers'>;

interface Told {
  readonly fact: Fact;
  readonly parties: readonly Reader[];
  readonly where: string;
}

function told(facts: readonly Fact[], parties: readonly Reader[], where = ''): Told[] {
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
