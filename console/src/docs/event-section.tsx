import { TextBlock } from '../page/text-block.tsx';
import { SchemaTable } from '../schema/schema-table.tsx';
import type { AsyncapiDocument, DocumentedEvent, RouteFacts } from './asyncapi-document.ts';

interface EventSectionProps {
  readonly event: DocumentedEvent;
  readonly document: AsyncapiDocument;
}

export function anchorOf(event: string): string {
  return `event-${event}`;
}

export function EventSection({ event, document }: EventSectionProps) {
  const { name, description, fromClient, messages } = event;
  return (
    <section class="event" aria-labelledby={anchorOf(name)}>
      <h2 id={anchorOf(name)} tabIndex={-1}>
        <a href={`#${anchorOf(name)}`}>
          <code>{name}</code>
        </a>
        {fromClient && <span class="badge">sent by clients</span>}
      </h2>
      {description !== undefined && messages.length < 2 && <p>{description}</p>}
      {messages.map((message, i) => (
        <Message
          key={i}
          event={name}
          message={message}
          document={document}
          heading={messages.length > 1 ? message['x-gateway']?.route : undefined}
        />
      ))}
    </section>
  );
}

interface MessageProps {
  readonly event: string;
  readonly message: DocumentedEvent['messages'][number];
  readonly document: AsyncapiDocument;
  /** Where several routes make one event, whose message this is. */
  readonly heading: string | undefined;
}

function Message({ event, message, document, heading }: MessageProps) {
  const { description, payload, examples = [], 'x-gateway': route } = message;
  return (
    <>
      {heading !== undefined && <h3>As route {heading} makes it</h3>}
      {heading !== undefined && description !== undefined && <p>{description}</p>}
      {route && <Hearers route={route} />}
      <SchemaTable caption={`Payload of ${event}`} schema={payload} root={document} />
      {route?.meta !== undefined && (
        <SchemaTable caption={`Second argument of ${event}`} schema={route.meta} root={document} />
      )}
      {examples.length > 0 && <h3>{examples.length === 1 ? 'Example' : 'Examples'}</h3>}
      {examples.map((example, i) => (
        <TextBlock key={i} text={JSON.stringify(example.payload, undefined, 2)} what={`example ${i + 1} of ${event}`} />
      ))}
    </>
  );
}

function Hearers({ route }: { readonly route: RouteFacts }) {
  return (
    <dl class="steps">
      <dt>Received by</dt>
      <dd>
        <Target route={route} />
      </dd>
      <dt>Comes from</dt>
      <dd>
        <Source route={route} />, by route <code>{route.route}</code>
      </dd>
      {route.when !== undefined && (
        <>
          <dt>Of messages with</dt>
          <dd>
            <code>{JSON.stringify(route.when)}</code>
          </dd>
        </>
      )}
      {route.payload !== undefined && (
        <>
          <dt>Sends the value of</dt>
          <dd>
            <code>{route.payload}</code>
          </dd>
        </>
      )}
    </dl>
  );
}

function Source({ route: { redisChannels = [], redisStream } }: { readonly route: RouteFacts }) {
  return (
    <>
      {redisStream !== undefined && (
        <>
          Redis stream <code>{redisStream}</code>
        </>
      )}
      {redisStream !== undefined && redisChannels.length > 0 && ' and '}
      {redisChannels.length > 0 && (
        <>
          Redis channel{redisChannels.length > 1 && 's'} <Codes words={redisChannels} />
        </>
      )}
    </>
  );
}

function Target({ route: { target, audience } }: { readonly route: RouteFacts }) {
  if (target === 'broadcast' && typeof audience === 'object')
    return (
      <>
        every client whose claim <Codes words={[audience.claim]} /> has <Codes words={[audience.has]} />
      </>
    );
  if (target === 'broadcast')
    return <>{audience === 'anyone' ? 'every client, also without a token' : 'every client with a valid token'}</>;
  const fields = target.users.map((field) => field.replace(/\?$/, ''));
  return (
    <>
      the users whose ids are in <Codes words={fields} /> of the published message
    </>
  );
}

function Codes({ words }: { readonly words: readonly string[] }) {
  return (
    <>
      {words.map((word, i) => (
        <span key={word}>
          {i > 0 && (i === words.length - 1 ? ' and ' : ', ')}
          <code>{word}</code>
        </span>
      ))}
    </>
  );
}
