import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { createAdminApi, type AdminApi } from './admin-api.ts';

// For this tab, until it is closed. Not a cookie: nothing that the browser would send by itself.
const KEY = 'gateway-admin-token';

interface AccessProps {
  readonly title: string;
  readonly children: (api: AdminApi, leave?: () => void) => ComponentChildren;
}

/** Asks for the admin token once the gateway does. */
export function Access({ title, children }: AccessProps) {
  const [token, setToken] = useState(() => sessionStorage.getItem(KEY) ?? undefined);
  const [asking, setAsking] = useState(false);
  const api = useMemo(() => createAdminApi(token, () => setAsking(true)), [token]);
  const keep = (given: string): void => {
    sessionStorage.setItem(KEY, given);
    setToken(given);
    setAsking(false);
  };
  const leave = (): void => {
    sessionStorage.removeItem(KEY);
    setToken(undefined);
    setAsking(true);
  };
  if (asking) return <TokenForm title={title} refused={token !== undefined} given={keep} />;
  return <>{children(api, token === undefined ? undefined : leave)}</>;
}

interface TokenFormProps {
  readonly title: string;
  readonly refused: boolean;
  readonly given: (token: string) => void;
}

function TokenForm({ title, refused, given }: TokenFormProps) {
  const [token, setToken] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    given(token.trim());
  };
  return (
    <main class="token-form">
      <h1>{title}</h1>
      <form onSubmit={submit}>
        <label for="admin-token">Admin token</label>
        <input
          id="admin-token"
          type="password"
          autocomplete="off"
          required
          // What a header can carry.
          pattern="\s*[!-~]+\s*"
          title="printable ASCII characters without spaces"
          autofocus
          aria-describedby="admin-token-note"
          value={token}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <button class="main">Enter</button>
      </form>
      {refused && (
        <p role="alert" class="bad">
          The gateway refused this token.
        </p>
      )}
      <p id="admin-token-note" class="muted">
        The value of ADMIN_TOKEN of this gateway. It is kept in this tab only, until the tab is closed.
      </p>
    </main>
  );
}
