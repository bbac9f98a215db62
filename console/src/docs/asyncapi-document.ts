/** What this page reads of `GET /admin/asyncapi`. */
export interface AsyncapiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly servers: { readonly gateway: { readonly pathname: string } };
  readonly channels: Readonly<Record<string, ChannelObject>>;
  readonly operations: Readonly<Record<string, { readonly action: 'send' | 'receive'; readonly channel: Reference }>>;
}

interface Reference {
  readonly $ref: string;
}

interface ChannelObject {
  readonly address: string;
  readonly description?: string;
  readonly messages: Readonly<Record<string, MessageObject>>;
}

interface MessageObject {
  readonly title?: string;
  readonly description?: string;
  readonly payload: unknown;
  readonly examples?: readonly { readonly payload: unknown }[];
  readonly 'x-gateway'?: RouteFacts;
}

/** Where a message comes from and who receives it. */
export interface RouteFacts {
  readonly route: string;
  /** Absent where it comes from a stream alone. */
  readonly redisChannels?: readonly string[];
  readonly redisStream?: string;
  /** Which messages become this event; absent where all do. */
  readonly when?: Readonly<Record<string, unknown>>;
  /** Field of the message whose value is sent; absent where all of the message is. */
  readonly payload?: string;
  /** Schema of the second argument, which clients ask for. */
  readonly meta?: unknown;
  readonly target: 'broadcast' | { readonly users: readonly string[] };
  readonly audience?: 'anyone' | 'authenticated' | { readonly claim: string; readonly has: string };
}

/** A Socket.IO event as the page shows it. */
export interface DocumentedEvent {
  readonly name: string;
  readonly description: string | undefined;
  /** True where clients send it; otherwise they receive it. */
  readonly fromClient: boolean;
  /** One, or several where several routes make the same event. */
  readonly messages: readonly MessageObject[];
  /** Not of a route. */
  readonly own: boolean;
}

export function documentedEvents({ channels, operations }: AsyncapiDocument): DocumentedEvent[] {
  const received = new Set(
    Object.values(operations)
      .filter(({ action }) => action === 'receive')
      .map(({ channel }) => channel.$ref.split('/').at(-1)),
  );
  return Object.entries(channels).map(([id, { address, description, messages }]) => ({
    name: address,
    description,
    fromClient: received.has(id),
    messages: Object.values(messages),
    own: Object.values(messages).every((message) => message['x-gateway'] === undefined),
  }));
}

/** Names, descriptions and routes of an event hold each of these words. */
export function isMeant({ name, description = '', messages }: DocumentedEvent, wanted: string): boolean {
  const routes = messages.flatMap((message) => [
    message['x-gateway']?.route ?? '',
    ...(message['x-gateway']?.redisChannels ?? []),
    message['x-gateway']?.redisStream ?? '',
  ]);
  const text = [name, description, ...routes].join(' ').toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
