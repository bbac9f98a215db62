import { useEffect, useRef, useState } from 'preact/hooks';
import type { PublishQuestion, RouteAnswer } from '../../../src/admin/api.ts';
import { Publish, type PublishPanelProps } from '../explain/publish.tsx';
import { TextBlock } from '../page/text-block.tsx';
import { SchemaTable } from '../schema/schema-table.tsx';

export interface RouteActions {
  /** Has this message explained, where the reader can see it. */
  readonly explain: (message: PublishQuestion) => void;
  /** In development only. */
  readonly publish: PublishPanelProps['publish'] | undefined;
}

interface RouteDetailsProps extends RouteActions {
  readonly route: RouteAnswer;
  readonly close: () => void;
}

export function RouteDetails({ route, close, explain, publish }: RouteDetailsProps) {
  const details = useRef<HTMLDivElement>(null);
  useEffect(() => closeOnEscape(details.current, close), []);
  return (
    <div ref={details} class="route-details" role="group" aria-label={`Details of ${route.name}`}>
      {route.description !== undefined && <p>{route.description}</p>}
      <h3>Payload</h3>
      <p class="muted">
        Checked by <code>{route.schemaPath}</code> as it is published.
        {route.onInvalid === 'quarantine' && ' What is not valid is kept: gateway quarantine shows it.'}
      </p>
      <SchemaTable caption={`Payload of ${route.name}`} schema={route.schema} root={route.schema} />
      <details>
        <summary>The schema as JSON</summary>
        <TextBlock text={JSON.stringify(route.schema, undefined, 2)} what="the schema" />
      </details>
      <Example route={route} explain={explain} publish={publish} />
      <button type="button" onClick={close}>
        Close
      </button>
    </div>
  );
}

function closeOnEscape(details: HTMLElement | null, close: () => void): () => void {
  const onKey = ({ key }: KeyboardEvent): void => {
    if (key === 'Escape') close();
  };
  details?.addEventListener('keydown', onKey);
  return () => details?.removeEventListener('keydown', onKey);
}

function Example({ route, explain, publish }: RouteActions & Pick<RouteDetailsProps, 'route'>) {
  const { channels, example } = route;
  const [channel, setChannel] = useState(channels[0] ?? '');
  if (example === undefined) return <p class="muted">The schema has no example.</p>;
  const message = { channel, payload: example };
  return (
    <>
      <h3>Example</h3>
      <TextBlock text={example} what="the example" />
      <div class="tools">
        {channels.length > 1 && (
          <label>
            Channel{' '}
            <select value={channel} onInput={({ currentTarget }) => setChannel(currentTarget.value)}>
              {channels.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
        )}
        <button type="button" onClick={() => explain(message)}>
          Explain this example
        </button>
        {publish && <Publish message={message} publish={publish} />}
      </div>
    </>
  );
}
