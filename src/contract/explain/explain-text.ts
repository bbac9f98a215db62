import type { BrokenRule } from '../../schema/broken-rules.ts';
import type { Explanation, RouteExplanation, TargetFound } from './explain.ts';
import type { MessageFound } from './explain-message.ts';
import { whyDropped } from './receives.ts';
import { audienceWords, type FieldTarget } from './recipients.ts';

/** Whether a row is good or bad news; most rows are neither. */
export type Tone = 'good' | 'bad' | 'plain';

/** A label with its lines. An empty label separates. */
export interface Row {
  readonly label: string;
  readonly lines: readonly string[];
  readonly tone: Tone;
}

/** An explanation for people, in the order of the message's way. */
export function explanationRows(explanation: Explanation, client: string | undefined): Row[] {
  const { channel, bytes, message, routes } = explanation;
  return [
    plain('channel', channel),
    routes.length > 0
      ? plain('routes', routes.map(({ route }) => route).join(', '))
      : bad('routes', `none: the message is dropped because no route names this channel${hint(explanation)}`),
    messageRow(message, bytes),
    ...routes.flatMap((route) => [plain(''), ...routeRows(route, client)]),
  ];
}

const plain = (label: string, ...lines: string[]): Row => ({ label, lines, tone: 'plain' });
const good = (label: string, ...lines: string[]): Row => ({ label, lines, tone: 'good' });
const bad = (label: string, ...lines: string[]): Row => ({ label, lines, tone: 'bad' });

function hint({ didYouMean }: Explanation): string {
  return didYouMean === undefined ? '' : `. Did you mean "${didYouMean}"?`;
}

function messageRow(message: MessageFound, bytes: number): Row {
  const size = count(bytes, 'byte');
  if (!message.readable) {
    const parser = message.parser === undefined ? [] : [message.parser];
    return bad('message', `${size}; ${whyDropped(message)}`, ...parser);
  }
  const { envelopeBytes, traceparent, noTraceContext, carried, publishedAt } = message;
  if (envelopeBytes === 0 && noTraceContext === undefined) return plain('message', `${size}, a JSON object`);
  const parts = [
    ...(traceparent === undefined ? [] : [`trace context ${traceparent}`]),
    ...(noTraceContext === undefined ? [] : [`no trace context: ${noTraceContext}`]),
    ...(publishedAt === undefined ? [] : [`published at ${publishedAt}`]),
  ];
  const read = parts.length === 0 ? 'neither trace context nor time read' : parts.join(', ');
  return plain(
    'message',
    `${size}, a JSON object`,
    `envelope of ${count(envelopeBytes, 'byte')} taken off, ${read}`,
    ...(carried === undefined ? [] : [`${carried.join(' and ')} next to it: removed where the schema declares none`]),
  );
}

function routeRows(explanation: RouteExplanation, asked = 'client'): Row[] {
  const { route, envelope, schema, broken, next, target, except = [], result, quarantined, client } = explanation;
  return [
    plain('route', route, ...(result.shadow ? ['a shadow: nothing of this is delivered, it is what would be'] : [])),
    ...(envelope === undefined ? [] : [plain('  envelope', ENVELOPES[envelope])]),
    ...(broken === undefined
      ? []
      : [schemaRow(schema, broken, result.kind === 'dropped' && result.reason === 'invalid')]),
    ...(next === undefined ? [] : [schemaRow(next.schema, next.broken, next.broken.length > 0, '  schema_next')]),
    ...(target === undefined ? [] : [plain('  target', ...targetLines(target))]),
    ...(except.length === 0 ? [] : [plain('  except', ...fieldLines(except))]),
    ...resultRows(result),
    ...(quarantined ? [plain('  kept', 'in quarantine, for gateway quarantine to show and replay')] : []),
    ...(client === undefined ? [] : [clientRow(client, asked)]),
  ];
}

const ENVELOPES = {
  cloudevents: 'cloudevents: the body is data',
  laravel: 'laravel: the body is data',
  fields: 'fields next to those of the payload',
} as const satisfies Record<NonNullable<RouteExplanation['envelope']>, string>;

function clientRow({ hears, because }: NonNullable<RouteExplanation['client']>, asked: string): Row {
  return hears ? good(`  ${asked}`, `receives it: ${because}`) : bad(`  ${asked}`, `does not receive it: ${because}`);
}

function schemaRow(schema: string, broken: readonly BrokenRule[], invalid: boolean, label = '  schema'): Row {
  if (!invalid) return plain(label, `${schema}: valid`);
  const places = columns(broken.map(({ at, message, rule }) => [at === '' ? '(message)' : at, message, rule]));
  return bad(label, `${schema}: not valid`, ...places.map((place, i) => `${place}${foundThere(broken[i])}`));
}

/** What stands there; of a whole object only the rule matters. */
function foundThere(rule: BrokenRule | undefined): string {
  return rule === undefined || rule.found.startsWith('{') ? '' : `  found ${rule.found}`;
}

function targetLines(target: TargetFound): string[] {
  if (target.kind === 'broadcast') return [`broadcast to ${audienceWords(target.audience)}`];
  return fieldLines(target.fields);
}

function fieldLines(fields: readonly FieldTarget[]): string[] {
  return columns(fields.map((field) => [field.field, fieldFound(field)]));
}

function fieldFound({ users, skippedText, rounded, nobody, absent }: FieldTarget): string {
  if (absent) return 'absent, and may be';
  const parts = [
    ...(users.length > 0 ? [named(users)] : []),
    ...(nobody.length > 0 ? [`${nobody.map(excerpt).join(', ')}: no user, which is allowed`] : []),
    ...(skippedText.length > 0 ? [`skipped, no user ids: ${skippedText.map(excerpt).join(', ')}`] : []),
    ...(rounded ? ['JSON readers round numbers beyond 2^53 - 1: publish such an id as text'] : []),
  ];
  return parts.join('; ');
}

const LONGEST = 40;

function excerpt(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

const MOST_NAMED = 20;

function named(users: readonly string[]): string {
  const rest = users.length - MOST_NAMED;
  const list = users.slice(0, MOST_NAMED).join(', ');
  return `${users.length === 1 ? 'user' : 'users'} ${list}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function resultRows(result: RouteExplanation['result']): Row[] {
  if (result.kind === 'dropped') return [bad('  dropped', `${result.reason}: ${whyDropped(result)}`)];
  if (result.kind === 'passed-over') return [plain('  passed over', result.because)];
  if (result.kind === 'disconnected') return [good('  disconnects', named(result.users))];
  const { event, rooms, payload, payloadBytes = 0, payloadFrom } = result;
  const from = payloadFrom === undefined ? '' : `, the value of ${payloadFrom}`;
  return [
    plain('  rooms', rooms.slice(0, MOST_NAMED).join(', ') + (rooms.length > MOST_NAMED ? ', …' : '')),
    good('  event', event),
    plain('  payload', count(payloadBytes, 'byte') + from, ...payload.split(/\r?\n/)),
  ];
}

/** Rows of cells, each column as wide as its widest cell. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
