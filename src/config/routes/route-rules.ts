import type { FileRefusal } from '../text/confined-files.ts';
import { exactChannel, hasSingleBrace, writtenChannel } from './channel.ts';
import { audienceFindings } from './audience-rules.ts';
import { controlFindings } from './control-rules.ts';
import { readEnvelope, type Envelope } from './envelope.ts';
import { fieldFindings } from './field-rules.ts';
import type { Finding } from '../text/findings.ts';
import { nameFindings } from './name-rules.ts';
import { oddities } from '../text/odd-text.ts';
import { channelsAsWritten, reporter, written, type Report, type RouteInFile } from './route-in-file.ts';
import type { CheckedRoute, RouteConfig } from './route-config.ts';
import type { LoadedSchema } from './schema-memory.ts';
import { streamFindings } from './stream-rules.ts';
import { areDisjoint } from './when.ts';
import { whenAgainstSchema, whenFindings } from './when-rules.ts';
import type { YamlDocument } from '../text/yaml-document.ts';

/** Event names that Socket.IO refuses to emit or that the gateway uses itself. */
const RESERVED_EVENTS = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
  'connected',
  'ping',
  'pong',
]);

/** Checks what the shape of a route does not show: names, channels, and the target against the schema. */
export function checkRoute(input: RouteInFile): { findings: Finding[]; checkedRoute?: CheckedRoute } {
  const { route } = input;
  const report = reporter(input);
  const { schema, problem } = route.schema === '' ? {} : input.schemas.load(route.schema);
  const next = checkNext(input, schema, report);
  const when = whenFindings(input, report);
  const findings = [
    ...eventFindings(route, report),
    ...channelFindings(input, report),
    ...nameFindings(input, report),
    ...combinationFindings(input, report),
    ...ownEnvelopeFindings(input, report),
    ...streamFindings(input, report),
    ...(problem ? [report(problem.code, ['schema'], schemaProblem(route.schema, problem))] : []),
    ...(schema?.check ? fieldFindings(input, schema, report) : []),
    ...when.findings,
    ...(schema?.check ? whenAgainstSchema(input, schema, report) : []),
    ...next.findings,
  ];
  if (!schema?.check) return { findings };
  const { check, main, files } = schema;
  const matches = when.matches && { matches: when.matches };
  return { findings, checkedRoute: { ...route, check, payload: { main, files }, ...next.checked, ...matches } };
}

function schemaProblem(path: string, { message }: FileRefusal): string {
  const counted = message.endsWith('?') ? " It is relative to the routes file's folder" : '';
  return `schema ${path} ${message}${counted}`;
}

/** Checks `schema_next` against the route like `schema`. */
function checkNext(
  input: RouteInFile,
  current: LoadedSchema | undefined,
  report: Report,
): { findings: Finding[]; checked?: Pick<CheckedRoute, 'next'> } {
  const path = input.route.schemaNext;
  if (path === undefined) return { findings: [] };
  const { schema, problem } = input.schemas.load(path);
  const here: Report = (code, _, message, severity) => report(code, ['schema_next'], message, severity);
  if (problem) return { findings: [here(problem.code, [], schemaProblem(path, problem))] };
  if (!schema?.check) return { findings: [] };
  const { check, main, files } = schema;
  const same = 'schema_next names the same file as schema; remove it, or name the schema to try';
  return {
    findings: [
      ...(main.uri === current?.main.uri ? [here('schema-next-same', [], same, 'warning')] : []),
      ...fieldFindings(input, schema, here),
    ],
    checked: { next: { check, payload: { main, files } } },
  };
}

function eventFindings(route: RouteConfig, report: Report): Finding[] {
  if (route.kind === 'control') return [];
  const { event } = route;
  const reserved = RESERVED_EVENTS.has(event) || event.startsWith('gateway:');
  if (!reserved) return [];
  const list = [...RESERVED_EVENTS].join(', ');
  return [
    report(
      'reserved-event',
      ['event'],
      `event "${event}" is taken; choose one that is not ${list} and does not begin with gateway:`,
    ),
  ];
}

function channelFindings(input: RouteInFile, report: Report): Finding[] {
  return channelsAsWritten(input).flatMap((channel, index) => {
    const isPattern = /[*?[\]]/.test(channel);
    if (!isPattern && !hasSingleBrace(channel)) return [];
    if (oddities(channel, true).some(({ severity }) => severity === 'error')) return [];
    const message = isPattern
      ? `channel "${channel}" holds one of * ? [ ]; patterns are not supported, name each channel`
      : `channel "${channel}" holds a single brace, and templates are not supported. If the brace is part of the name, write it twice: "${writtenChannel(exactChannel(channel))}"`;
    return [report('unsupported-channel', ['channel', String(index)], message)];
  });
}

function combinationFindings(input: RouteInFile, report: Report): Finding[] {
  return input.route.kind === 'control' ? controlFindings(input, report) : eventCombinations(input, report);
}

function eventCombinations(input: RouteInFile, report: Report): Finding[] {
  const findings: Finding[] = [];
  if (written(input, 'map') !== undefined && written(input, 'omit') !== undefined) {
    findings.push(report('map-with-omit', ['omit'], 'map already lists every field that clients receive; remove omit'));
  }
  return [...findings, ...audienceFindings(input, report)];
}

/** With two routes of the same channel and event, each client would receive the event twice, unless no message is for both. */
export function duplicateRoutes(file: string, document: YamlDocument, routes: readonly RouteConfig[]): Finding[] {
  const known = new Map<string, RouteConfig[]>();
  return routes.flatMap((route): Finding[] => {
    // A shadow route sends nothing, so it may have the event of the route that it will replace.
    if (route.kind === 'control' || route.event === '' || route.shadow) return [];
    const { name, event } = route;
    return sourceWords(route).flatMap((source) => {
      const key = JSON.stringify([source, event]);
      const others = known.get(key) ?? [];
      known.set(key, [...others, route]);
      const other = others.find((one) => sendBoth(one, route));
      if (other === undefined) return [];
      const { line, column } = document.locate(['routes', other.name], 'key');
      const at = document.locate(['routes', name], 'key');
      const message = `${source} already becomes event "${event}" by route "${other.name}" at ${line}:${column}; clients would receive it twice${advice(other, route)}`;
      return [{ code: 'duplicate-route', severity: 'error', file, at, route: name, message }];
    });
  });
}

function sourceWords({ channels, stream }: RouteConfig): string[] {
  return [...channels.map((channel) => `channel "${channel}"`), ...(stream ? [`stream "${stream.key}"`] : [])];
}

/** Returns whether a client may receive one message by both routes: nothing known keeps their messages or their users apart. */
function sendBoth(a: RouteConfig, b: RouteConfig): boolean {
  return !areDisjoint(a.when, b.when) && !exceptsUsersOf(a, b) && !exceptsUsersOf(b, a);
}

/** Whether no user that `other` names receives a message by `route`. */
function exceptsUsersOf({ except = [] }: RouteConfig, { target }: RouteConfig): boolean {
  const isExcepted = (path: readonly string[]): boolean =>
    except.some((field) => field.path.join('\0') === path.join('\0'));
  return target.kind === 'users' && target.fields.every(({ path }) => isExcepted(path));
}

function advice(...routes: readonly RouteConfig[]): string {
  if (routes.every(({ when }) => when === undefined)) return '';
  return '. Compare one field with different values in both, in the short form of when, or let one except the users of the other';
}

/** Checks the envelope of the file: one field cannot hold both the trace context and the time. */
export function sameField(file: string, document: YamlDocument): Finding[] {
  const message = sameFieldProblem(readEnvelope(document.value));
  if (message === undefined) return [];
  return [{ code: 'wrong-value', severity: 'error', file, at: document.locate(['envelope', 'time']), message }];
}

function ownEnvelopeFindings(input: RouteInFile, report: Report): Finding[] {
  if (written(input, 'envelope') === undefined) return [];
  const message = sameFieldProblem(input.route.envelope);
  return message === undefined ? [] : [report('wrong-value', ['envelope', 'time'], message)];
}

function sameFieldProblem(envelope: Envelope): string | undefined {
  if (envelope.kind !== 'fields' || envelope.time !== envelope.traceparent) return undefined;
  return `"${envelope.time}" is already the field of the trace context; name another field for the time`;
}
