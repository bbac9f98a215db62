import { judgeTargetField, type FieldVerdict } from '../schema/target-field.ts';
import { valueAt } from '../schema/json.ts';
import type { Field } from './field.ts';
import type { Finding, FindingCode, Severity } from './findings.ts';
import type { CheckedRoute, RouteConfig } from './routes-file.ts';
import type { LoadedSchema, SchemaFilesLoader } from './schema-files.ts';
import type { YamlDocument } from './yaml-document.ts';

interface RouteInFile {
  readonly file: string;
  readonly document: YamlDocument;
  readonly route: RouteConfig;
  readonly schemas: SchemaFilesLoader;
}

type Report = (code: FindingCode, path: readonly (string | number)[], message: string, severity?: Severity) => Finding;

/** Names that Socket.IO refuses to emit, and those the gateway's own contract uses. */
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

/** What the shape of a route cannot tell: names, channels, and how target and schema fit together. */
export function checkRoute(input: RouteInFile): { findings: Finding[]; checkedRoute?: CheckedRoute } {
  const { route } = input;
  const report = reporter(input);
  const { schema, problem } = input.schemas.load(route.schema);
  const findings = [
    ...eventFindings(route, report),
    ...channelFindings(route, report),
    ...combinationFindings(input, report),
    ...(problem ? [report(problem.code, ['schema'], `schema ${route.schema} ${problem.message}`)] : []),
    ...(schema?.check ? fieldFindings(route, schema, report) : []),
  ];
  return { findings, ...(schema?.check && { checkedRoute: { ...route, check: schema.check } }) };
}

function reporter({ file, document, route }: RouteInFile): Report {
  return (code, path, message, severity = 'error') => {
    const at = document.locate(['routes', route.name, ...path]);
    return { code, severity, file, at, route: route.name, message };
  };
}

function eventFindings({ event }: RouteConfig, report: Report): Finding[] {
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

function channelFindings({ channels }: RouteConfig, report: Report): Finding[] {
  return channels
    .filter((channel) => /[*?[\]{}]/.test(channel))
    .map((channel) => {
      const message = `channel "${channel}" holds one of * ? [ ] { }; patterns and templates are not supported, name each channel`;
      return report('unsupported-channel', ['channel'], message);
    });
}

function combinationFindings({ document, route }: RouteInFile, report: Report): Finding[] {
  const written = (key: string): boolean => valueAt(document.value, ['routes', route.name, key]) !== undefined;
  const findings: Finding[] = [];
  if (written('map') && written('omit')) {
    findings.push(report('map-with-omit', ['omit'], 'map already names every field that clients get; remove omit'));
  }
  if (written('audience') && route.target.kind === 'users') {
    const message = 'audience speaks of broadcasts only; users are always authenticated. Remove it';
    findings.push(report('audience-unused', ['audience'], message, 'warning'));
  }
  return findings;
}

function fieldFindings(route: RouteConfig, schema: LoadedSchema, report: Report): Finding[] {
  const targets = route.target.kind === 'users' ? route.target.fields : [];
  const shaping = route.shape.kind === 'as-published' ? [] : [...route.shape.fields.values()];
  const place = route.shape.kind === 'map' ? 'map' : 'omit';
  return [
    ...targets.flatMap((field) => targetFinding(field, schema, report) ?? []),
    ...shaping.flatMap((field) => shapeFinding(field, place, schema, report) ?? []),
  ];
}

function targetFinding(field: Field, schema: LoadedSchema, report: Report): Finding | undefined {
  const verdict = judgeTargetField(schema.main, schema.files, field.path, field.optional);
  const name = field.text.replace(/\?$/, '');
  const words: Record<FieldVerdict['kind'], [FindingCode, Severity, string] | undefined> = {
    proven: undefined,
    undeclared: [
      'target-undeclared',
      field.optional ? 'warning' : 'error',
      `target field "${name}" is not declared by the schema; declare it in its properties`,
    ],
    'not-required': [
      'target-not-required',
      'error',
      `target field "${name}" is not required by the schema; require it, or write "${name}?" if it may be absent`,
    ],
    'not-ids': [
      'target-not-ids',
      'error',
      `target field "${name}" may be ${verdict.kind === 'not-ids' ? `of type ${verdict.type}` : ''}, which is no user id; allow integer or string, or an array of them`,
    ],
    unproven: [
      'target-unproven',
      'warning',
      `it cannot be told from the schema that target field "${name}" always holds ids; messages where it does not are dropped`,
    ],
  };
  const found = words[verdict.kind];
  return found && report(found[0], ['target'], found[2], found[1]);
}

function shapeFinding(field: Field, place: string, schema: LoadedSchema, report: Report): Finding | undefined {
  const { kind } = judgeTargetField(schema.main, schema.files, field.path, true);
  if (kind !== 'undeclared') return undefined;
  return report(
    'field-undeclared',
    [place],
    `field "${field.text}" is not declared by the schema; is it spelt right?`,
    'warning',
  );
}

/** Two routes with the same channel and event would tell each client twice. */
export function duplicateRoutes(file: string, document: YamlDocument, routes: readonly RouteConfig[]): Finding[] {
  const first = new Map<string, string>();
  return routes.flatMap((route) =>
    route.channels.flatMap((channel) => {
      const key = JSON.stringify([channel, route.event]);
      const other = first.get(key);
      first.set(key, other ?? route.name);
      if (other === undefined || other === route.name) return [];
      const { line, column } = document.locate(['routes', other], 'key');
      const message = `channel "${channel}" already becomes event "${route.event}" by route "${other}" at ${line}:${column}; clients would hear it twice`;
      return [
        {
          code: 'duplicate-route',
          severity: 'error',
          file,
          at: document.locate(['routes', route.name], 'key'),
          route: route.name,
          message,
        } as const,
      ];
    }),
  );
}
