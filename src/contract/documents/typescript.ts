import { compile } from 'json-schema-to-typescript';
import type { CheckedEventRoute, RoutesConfig } from '../../config/routes/route-config.ts';
import { whenText } from '../../config/routes/when.ts';
import { clientEvents, type ClientEvent } from './client-events.ts';
import { hasStreams, META, BUILT_IN_NAMES, builtInEvents, TRACE_META, type BuiltInEvent } from './built-in-events.ts';
import type { Schema } from '../schemas/schema-bundle.ts';
import { forCompiler } from './typescript-input.ts';

const TAKEN = [...BUILT_IN_NAMES, 'EventMeta', 'TraceMeta', 'ServerToClientEvents', 'ClientToServerEvents'];

const BANNER = `// Written by \`gateway types\`; change the routes or their schemas, not this file.
//
//   import { io, type Socket } from 'socket.io-client';
//   const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io('https://gateway.example.com');`;

const CLIENT_TO_SERVER = `/** What clients may send. */
export interface ClientToServerEvents {
  /** Answered by \`pong\`, and by the acknowledgement if there is one. */
  ping: (payload?: unknown, acknowledge?: (answer: Pong) => void) => void;
  /** A fresh token of the same user, before the old one expires. */
  'gateway:token': (
    token: string,
    acknowledge?: (answer: { ok: true; expires_at?: number } | { ok: false; code: string; retry: boolean }) => void,
  ) => void;
`;
const READY = `  /** With auth: { resume, hold: true }: the listeners are there, and what was missed may come. */
  'gateway:ready': () => void;
`;

/** The events of a routes file as TypeScript, for socket.io-client. */
export async function typescriptOf(config: RoutesConfig): Promise<string> {
  const { events, definitions } = clientEvents(config, '#/$defs/', TAKEN);
  const payloads = events.map((event) => [event.name, payloadOf(event)] as const);
  const own = Object.entries(builtInEvents(config));
  const root: Schema = {
    $defs: {
      ...Object.fromEntries(own.map(([name, { payload }]) => [name, payload])),
      ...(hasStreams(config) && { EventMeta: META }),
      TraceMeta: TRACE_META,
      ...Object.fromEntries(payloads),
      ...definitions,
    },
    ...listeners(own, events),
  };
  const types = await compile(forCompiler(root), 'ServerToClientEvents', {
    additionalProperties: false,
    bannerComment: BANNER,
    format: true,
    style: { singleQuote: true, printWidth: 120 },
    unknownAny: true,
    unreachableDefinitions: true,
  });
  return `${withoutOrigins(types)}\n${CLIENT_TO_SERVER}${hasStreams(config) ? READY : ''}}\n`;
}

/** The root type: each event with its listener. */
function listeners(own: readonly (readonly [string, BuiltInEvent])[], events: readonly ClientEvent[]): Schema {
  const all = [
    ...own.map(([name, { event, description }]) => [event, `payload: ${name}`, description] as const),
    ...events.map((event) => [event.event, argumentsOf(event), descriptionOf(event)] as const),
  ];
  const properties = all.map(([event, args, description]) => [
    event,
    { ...(description !== '' && { description }), tsType: `(${args}) => void` },
  ]);
  return {
    description: 'Events that clients receive.',
    type: 'object',
    additionalProperties: false,
    required: all.map(([event]) => event),
    properties: Object.fromEntries(properties),
  };
}

function argumentsOf({ name, payloads }: ClientEvent): string {
  const isDurable = payloads.map(({ route }) => route.stream !== undefined);
  const metas = [
    ...(isDurable.includes(true) ? ['EventMeta'] : []),
    ...(isDurable.includes(false) ? ['TraceMeta'] : []),
  ];
  return `payload: ${name}, meta?: ${metas.join(' | ')}`;
}

function descriptionOf({ payloads }: ClientEvent): string {
  return payloads.flatMap(({ route }) => [route.description ?? [], whenOf(route)].flat()).join('\n');
}

/** The schema of an inline `when` is for publishers: clients see the payload's. */
function whenOf({ name, when }: CheckedEventRoute): string[] {
  return when?.kind === 'fields' ? [`Route ${name} sends it where ${whenText(when)}.`] : [];
}

function payloadOf({ payloads }: ClientEvent): unknown {
  const different = new Map(payloads.map(({ schema }) => [JSON.stringify(schema), schema]));
  const [first, ...rest] = different.values();
  return rest.length === 0 ? first : { anyOf: [...different.values()] };
}

/** Removes the compiler's notes on where each type was in its input, which readers do not have. */
function withoutOrigins(types: string): string {
  return types
    .replaceAll(/(\n *\*)?\n *\* This interface was referenced by [^\n]*\n *\* via the [^\n]*/g, '')
    .replaceAll(/ *\/\*\*\n *\*\/\n/g, '');
}
