import type { Field } from '../../config/routes/field.ts';
import { isObject } from '../../schema/json.ts';
import type { Schema } from '../schemas/schema-bundle.ts';

/** What a schema from one sample says that the sample does not: its author is to look at that. */
export function guessesIn(schema: Schema): string[] {
  const fields = fieldsOf(schema, '');
  const named = (of: readonly Guessed[]): string => of.map(({ at }) => at).join(', ');
  const wanted: readonly (readonly [string, readonly Guessed[]])[] = [
    ['required, as the sample has them', fields.filter(({ required }) => required)],
    ['whole numbers only', fields.filter(({ type }) => type === 'integer')],
    [
      'anything at all, as the sample has null',
      fields.filter(({ type, reference }) => type === undefined && !reference),
    ],
    ['lists of anything, as the sample has none', fields.filter((one) => one.type === 'array' && !one.items)],
    ['several types, as the items of the sample have', fields.filter(({ type }) => Array.isArray(type) && !isId(type))],
  ];
  return wanted.flatMap(([words, of]) => (of.length === 0 ? [] : [`${words}: ${named(of)}`]));
}

interface Guessed {
  readonly at: string;
  readonly required: boolean;
  readonly type: unknown;
  readonly items: boolean;
  readonly reference: boolean;
}

function fieldsOf(schema: unknown, above: string): Guessed[] {
  if (!isObject(schema)) return [];
  const { properties, required, items } = schema;
  const names: readonly unknown[] = Array.isArray(required) ? required : [];
  const inside = isObject(properties) ? Object.entries(properties) : [];
  return [
    ...inside.flatMap(([name, value]) => {
      const at = above === '' ? name : `${above}.${name}`;
      const own: Schema = isObject(value) ? value : {};
      const field = { at, required: names.includes(name), type: own['type'], items: own['items'] !== undefined };
      return [{ ...field, reference: own['$ref'] !== undefined }, ...fieldsOf(value, at)];
    }),
    ...fieldsOf(items, `${above}[]`),
  ];
}

/** Ids are numbers or text by a rule, and null where they may be absent. */
function isId(type: readonly unknown[]): boolean {
  return type.includes('integer') && type.includes('string');
}

const PEOPLE = new RegExp(
  '^(users?|uids?|persons?|people|friends?|guests?|hosts?|admins?|staff|parents?|child(ren)?|me|you|self|sub|subject|agents?|accounts?|contacts?|clients?|profiles?|citizens?|by|to|from|assigned|students?|patients?|residents?|recipients?|.{2,}(er|or|ee|ant|ist|ian)s?)$',
);

/** They end like those who do something, and do nothing. */
const THINGS =
  /^(orders?|numbers?|servers?|folders?|letters?|offers?|counters?|centers?|layers?|parameters?|identifiers?|monitors?|sensors?|floors?|colors?|clusters?|chapters?|papers?|banners?|committees?|tenants?|plants?|restaurants?|variants?|lists?|playlists?|checklists?|towers?|errors?|vectors?|factors?|sectors?|doors?|fees?|trees?|filters?|headers?|timers?|tickers?|containers?|computers?|printers?|routers?|calendars?|weathers?|characters?|quarters?|posters?|stickers?|vouchers?|registers?|transfers?|rosters?|semesters?|constants?|instants?|amounts?|employers?)$/;

/** Why an id in this field is probably none of a user; nothing where it may well be. */
export function notUserLike({ text, path }: Field): string | undefined {
  const words = path.flatMap((segment) =>
    segment
      .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .split(/[^a-z]+/),
  );
  const last = words.findLast((word) => !/^(u?u?ids?|numbers?|nr|no|key|ref|list|data|)$/.test(word));
  if (last !== undefined && PEOPLE.test(last) && !THINGS.test(last)) return undefined;
  return `${text} does not look like a user: an event goes to the user whose id stands there. For a room or a group let the publisher send the ids of its members, and name that field`;
}
