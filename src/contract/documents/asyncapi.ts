import type { RoutesConfig } from '../../config/routes/route-config.ts';
import { compilePlan } from '../../routes/plan.ts';
import { clientEvents, type ClientEvent } from './client-events.ts';
import { clientExamples } from './client-examples.ts';
import { routeFacts } from './asyncapi-route.ts';
import { toDraft07 } from '../schemas/draft07.ts';
import { clientSays, BUILT_IN_NAMES, builtInEvents, type BuiltInEvent } from './built-in-events.ts';
import type { Schema } from '../schemas/schema-bundle.ts';

export interface AsyncapiOptions {
  /** Where clients connect, `host` or `host:port`. */
  readonly host: string;
  /** Of Socket.IO. */
  readonly path?: string;
}

/** A channel of the document with the operation on it. */
interface Channel {
  readonly id: string;
  readonly address: string;
  readonly action: 'send' | 'receive';
  readonly description?: string;
  readonly messages: Readonly<Record<string, Schema>>;
}

/** An AsyncAPI 3.0 document: what the gateway sends to clients, and what it takes from them. */
export function asyncapiOf(config: RoutesConfig, { host, path = '/socket.io/' }: AsyncapiOptions): Schema {
  const { events, definitions } = clientEvents(config, '#/components/schemas/', [...BUILT_IN_NAMES, 'Ping']);
  const channels = [
    ...events.map(channelOf),
    ...Object.entries(clientSays(config)).map(([name, own]) => ownChannel(name, 'receive', own)),
    ...Object.entries(builtInEvents(config)).map(([name, own]) => ownChannel(name, 'send', own)),
  ];
  return {
    asyncapi: '3.0.0',
    info: infoOf(config),
    defaultContentType: 'application/json',
    servers: { gateway: serverAt(host, path) },
    channels: Object.fromEntries(channels.map((channel) => [channel.id, channelObject(channel)])),
    operations: Object.fromEntries(channels.map((channel) => [channel.action + channel.id, operationOn(channel)])),
    components: {
      schemas: Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, inDraft07(schema)])),
      securitySchemes: { token: TOKEN },
    },
  };
}

const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  description: '`auth: { token }` of the Socket.IO client, or the header `Authorization: Bearer`.',
};

function infoOf(config: RoutesConfig): Schema {
  return {
    title: 'MetaRGB WebSocket gateway',
    // Equal routes and schemas have equal versions; /health shows the same hash.
    version: compilePlan(config, 1).hash,
    description: 'The events that clients of the gateway receive. An address is the name of a Socket.IO event.',
  };
}

function serverAt(host: string, pathname: string): Schema {
  return {
    host,
    pathname,
    protocol: 'socket.io',
    protocolVersion: '5',
    description: 'Socket.IO 4 (Engine.IO protocol 4) over WebSocket or HTTP long-polling, for stock clients.',
    security: [{ $ref: '#/components/securitySchemes/token' }],
  };
}

function ownChannel(id: string, action: Channel['action'], { event, description, payload }: BuiltInEvent): Channel {
  const message = { name: event, contentType: 'application/json', payload: inDraft07(payload) };
  return { id, address: event, action, description, messages: { [event]: message } };
}

function channelOf({ event, name, payloads }: ClientEvent): Channel {
  const messages = payloads.map(({ route, schema }) => {
    const examples = clientExamples(route).map((payload) => ({ payload }));
    const message = {
      name: route.event,
      ...(typeof schema['title'] === 'string' && { title: schema['title'] }),
      ...(route.description !== undefined && { description: route.description }),
      contentType: 'application/json',
      payload: inDraft07(schema),
      ...(examples.length > 0 && { examples }),
      'x-gateway': routeFacts(route),
    };
    return [route.name, message] as const;
  });
  const descriptions = payloads.flatMap(({ route }) => route.description ?? []);
  return {
    id: name,
    address: event,
    action: 'send',
    ...(descriptions.length > 0 && { description: descriptions.join('\n\n') }),
    messages: Object.fromEntries(messages),
  };
}

function channelObject({ address, description, messages }: Channel): Schema {
  return {
    address,
    ...(description !== undefined && { description }),
    servers: [{ $ref: '#/servers/gateway' }],
    messages,
  };
}

function operationOn({ id, action, description, messages }: Channel): Schema {
  return {
    action,
    channel: { $ref: `#/channels/${id}` },
    ...(description !== undefined && { description }),
    messages: Object.keys(messages).map((name) => ({ $ref: `#/channels/${id}/messages/${name}` })),
  };
}

function inDraft07(schema: unknown): unknown {
  return typeof schema === 'object' && schema !== null ? toDraft07({ ...schema }) : schema;
}
