import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { pathFromHere } from '../page/path-from-here.ts';
import { timeOfDay } from '../page/words.ts';
import type { ConnectionOptions, ConnectionState, Transport } from './connection.ts';
import { useConnection, type ReceivedEvent } from './use-connection.ts';

const TRANSPORTS: Readonly<Record<string, readonly Transport[]>> = {
  'websocket, then polling': ['websocket', 'polling'],
  'websocket only': ['websocket'],
  'polling only': ['polling'],
};

/** What a browser with this token would see. */
export function ConnectPanel({ path = '/socket.io/' }: { readonly path: string | undefined }) {
  const { state, received, answer, enter, leave, ping, forget } = useConnection(pathFromHere(path));
  return (
    <section id="connect" aria-labelledby="connect-heading">
      <h2 id="connect-heading">Connect as a client</h2>
      <p class="muted">A stock Socket.IO client on this page, with a user's token: what would a browser receive?</p>
      <ConnectForm enter={enter}>
        <button type="button" disabled={state.kind === 'none'} onClick={leave}>
          Disconnect
        </button>
        <button type="button" disabled={state.kind !== 'connected'} onClick={() => void ping()}>
          Ping
        </button>
        <button type="button" disabled={received.length === 0} onClick={forget}>
          Clear
        </button>
      </ConnectForm>
      <div role="status">
        <StateInWords state={state} />
        {answer !== '' && <p>{answer}</p>}
      </div>
      <div class="scroller" role="log" aria-label="Events, newest first" tabIndex={0}>
        <ol class="entries">
          {received.map((one) => (
            <ReceivedRow key={one.number} {...one} />
          ))}
        </ol>
      </div>
    </section>
  );
}

function ReceivedRow({ at, name, payload }: ReceivedEvent) {
  return (
    <li>
      <p>
        <time datetime={at}>{timeOfDay(at)}</time> <strong>{name}</strong>
      </p>
      <pre>{payload.map((value) => JSON.stringify(value, undefined, 2)).join('\n')}</pre>
    </li>
  );
}

interface ConnectFormProps {
  readonly enter: (options: ConnectionOptions) => void;
  readonly children: ComponentChildren;
}

function ConnectForm({ enter, children }: ConnectFormProps) {
  const [token, setToken] = useState('');
  const [transports, setTransports] = useState(Object.keys(TRANSPORTS)[0] ?? '');
  const [everything, setEverything] = useState(false);
  const submit = (event: Event): void => {
    event.preventDefault();
    enter({ token: token.trim(), transports: TRANSPORTS[transports] ?? [], everything });
  };
  return (
    <form class="fields" onSubmit={submit}>
      <label for="connect-token">Token</label>
      <input
        id="connect-token"
        type="password"
        autocomplete="off"
        placeholder="none: anonymous, where the gateway allows it"
        value={token}
        onInput={({ currentTarget }) => setToken(currentTarget.value)}
      />
      <label for="connect-transports">Transports</label>
      <select
        id="connect-transports"
        value={transports}
        onInput={({ currentTarget }) => setTransports(currentTarget.value)}
      >
        {Object.keys(TRANSPORTS).map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <label class="check">
        <input
          type="checkbox"
          checked={everything}
          onInput={({ currentTarget }) => setEverything(currentTarget.checked)}
        />
        with notices, positions and trace contexts
      </label>
      <div class="tools">
        <button class="main">Connect</button>
        {children}
      </div>
    </form>
  );
}

const TONES = {
  none: 'muted',
  connecting: '',
  connected: 'good',
  refused: 'bad',
  away: 'warn',
  closed: 'bad',
} as const;

function StateInWords({ state }: { readonly state: ConnectionState }) {
  return <p class={TONES[state.kind]}>{inWords(state)}</p>;
}

function inWords(state: ConnectionState): string {
  if (state.kind === 'none') return 'Not connected.';
  if (state.kind === 'connecting') return 'Connecting…';
  if (state.kind === 'connected') return `Connected as ${state.user} over ${state.transport}.`;
  if (state.kind === 'refused')
    return `Refused (${state.code}): ${state.message}. The client does not try again by itself (retry: false).`;
  const next = state.kind === 'away' ? 'tries again by itself' : 'does not try again by itself';
  return `Not connected (${state.message}). The client ${next}.`;
}
