import type { Node, SchemaPlace } from '../../schema/all-of.ts';
import type { Effect, Level } from './change.ts';

type Meaning = readonly [Level, string];

interface Meanings {
  readonly clients: Meaning;
  readonly publishers: Meaning;
}

const KEEPS_WORKING = 'what they do keeps working';
const IS_DROPPED = 'messages that were delivered are now invalid, and dropped';

/** What a difference between two schemas means for those who read such values and for those who write them. */
const MEANINGS = {
  'field-removed': {
    clients: ['breaking', 'code that reads it finds nothing it can count on'],
    publishers: ['safe', 'a message that still has it is delivered all the same'],
  },
  'field-refused': {
    clients: ['breaking', 'code that reads it finds nothing any more'],
    publishers: ['breaking', 'no other fields are allowed: a message that still has it is invalid, and dropped'],
  },
  'field-added': { clients: ['safe', 'code that does not know it passes it by'], publishers: ['safe', KEEPS_WORKING] },
  'required-field-added': {
    clients: ['safe', 'code that does not know it passes it by'],
    publishers: ['breaking', 'messages without it are invalid, and dropped'],
  },
  'made-optional': {
    clients: ['breaking', 'code that reads it unasked fails where it is absent'],
    publishers: ['safe', KEEPS_WORKING],
  },
  'made-required': {
    clients: ['safe', KEEPS_WORKING],
    publishers: ['breaking', 'messages without it are invalid, and dropped'],
  },
  narrowed: {
    clients: ['breaking', 'values that code may wait for no longer come'],
    publishers: ['breaking', IS_DROPPED],
  },
  widened: {
    clients: ['risky', 'values come that code may not be ready for'],
    publishers: ['safe', KEEPS_WORKING],
  },
  retyped: {
    clients: ['breaking', 'code made for the old type fails'],
    publishers: ['breaking', IS_DROPPED],
  },
  changed: {
    clients: ['risky', 'other values may arrive; that cannot be decided'],
    publishers: ['breaking', 'their messages may be invalid; that cannot be decided'],
  },
  closed: {
    clients: ['risky', 'undeclared fields are no longer sent'],
    publishers: ['breaking', 'messages with fields that are not declared are invalid, and dropped'],
  },
  opened: { clients: ['safe', 'code that does not know them passes them by'], publishers: ['safe', KEEPS_WORKING] },
  words: { clients: ['safe', 'only words changed'], publishers: ['safe', 'only words changed'] },
} as const satisfies Record<string, Meanings>;

/** One difference between two schemas. */
export interface Fact {
  readonly kind: keyof typeof MEANINGS;
  /** Such as `field price is gone`. */
  readonly what: string;
}

/** The two versions of what is at one place of a value. */
export interface Versions {
  readonly before: readonly Node[];
  readonly after: readonly Node[];
  /** How to call that place: `the payload`, `field price`. */
  readonly name: string;
  readonly path: readonly string[];
  /** Continues with nested schemas. */
  compare(before: SchemaPlace, after: SchemaPlace, path: readonly string[]): Fact[];
}

export function meaningFor(party: 'clients' | 'publishers', { kind }: Fact): Effect {
  const [level, why] = MEANINGS[kind][party];
  return { party, level, why };
}
