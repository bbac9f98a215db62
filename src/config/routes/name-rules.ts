import type { Field } from './field.ts';
import type { Finding } from '../text/findings.ts';
import { oddities } from '../text/odd-text.ts';
import { channelsAsWritten, written, type Report, type RouteInFile } from './route-in-file.ts';

/** A name and its path inside the route. */
interface Named {
  readonly what: string;
  readonly text: string;
  readonly path: readonly string[];
  readonly braces?: boolean;
}

/** Finds names that a tool or an editor damaged: unfilled placeholders and odd characters. */
export function nameFindings(input: RouteInFile, report: Report): Finding[] {
  return namesIn(input).flatMap(({ what, text, path, braces }) =>
    oddities(text, braces)
      // Paths are checked on the disk, and folders may have names in any script.
      .filter(({ code }) => what !== 'schema' || code === 'unfilled-placeholder')
      .map(({ code, severity, message }) => report(code, path, `${what} ${JSON.stringify(text)} ${message}`, severity)),
  );
}

function namesIn(input: RouteInFile): Named[] {
  const { route } = input;
  const channels = channelsAsWritten(input).map((text, index): Named => ({
    what: 'channel',
    text,
    path: ['channel', String(index)],
    braces: true,
  }));
  const streamPath = written(input, 'source', 'stream') === undefined ? ['channel'] : ['source', 'stream'];
  const stream = route.stream && !route.channels.includes(route.stream.key) ? [route.stream.key] : [];
  return [
    ...channels,
    ...stream.map((text): Named => ({ what: 'stream', text, path: streamPath })),
    ...(route.kind === 'event' ? [{ what: 'event', text: route.event, path: ['event'] }] : []),
    { what: 'schema', text: route.schema, path: ['schema'] },
    ...(route.schemaNext === undefined ? [] : [{ what: 'schema', text: route.schemaNext, path: ['schema_next'] }]),
    ...fieldsIn(input),
  ];
}

function fieldsIn(input: RouteInFile): Named[] {
  const { route } = input;
  const named = (fields: readonly Field[], ...path: string[]): Named[] =>
    fields.map(({ text }, index) => ({ what: 'field', text, path: [...path, String(index)] }));
  const key = written(input, 'target', 'user') === undefined ? 'users' : 'user';
  const except = named(route.except ?? [], 'except', 'users');
  const target = [...(route.target.kind === 'users' ? named(route.target.fields, 'target', key) : []), ...except];
  if (route.kind === 'control') return target;
  const { shape, latest } = route;
  const single = (key: string, field: Field | undefined): Named[] =>
    field === undefined ? [] : [{ what: 'field', text: field.text, path: [key] }];
  const others = [...target, ...single('latest', latest), ...single('payload', shape.from)];
  if (shape.kind === 'as-published') return others;
  if (shape.kind === 'omit') return [...others, ...named(shape.fields, 'omit')];
  const mapped = [...shape.fields].flatMap(([name, { text }]): Named[] => [
    { what: 'name', text: name, path: ['map', name] },
    { what: 'field', text, path: ['map', name] },
  ]);
  return [...others, ...mapped];
}
