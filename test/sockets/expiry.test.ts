import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Authenticator } from '../../src/auth/authenticator.ts';
import { createExpiry } from '../../src/sockets/lifecycle/expiry.ts';
import { createReplaceToken } from '../../src/sockets/lifecycle/replace-token.ts';
import type { ClientSocket, SocketData } from '../../src/sockets/servers/socket-server.ts';

const MINUTE = 60_000;
const LIFE = 15 * MINUTE;
const HOUR = 60 * MINUTE;

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => void vi.useRealTimers());

interface Client extends ClientSocket {
  readonly data: SocketData;
  readonly emitted: { event: string; at: number; after: unknown }[];
}

/** Clients whose tokens were issued together. A token is `user:expiry`. */
function stage(size: number, { refreshes }: { refreshes: boolean }) {
  const clients: Client[] = [];
  const expired: { client: Client; at: number }[] = [];
  const closed: { client: Client; at: number; code: string }[] = [];
  const refused: string[] = [];
  const identify: Authenticator['identify'] = async (token) => {
    const [user = '', expiry = '0'] = (typeof token === 'string' ? token : '').split(':');
    return { kind: 'accepted', identity: { user, expiresAt: Number(expiry) } };
  };
  const replace = createReplaceToken({
    authenticator: { identify },
    longestToken: 4096,
    networkOf: () => '192.0.2.1',
    refused: ({ code }) => void refused.push(code),
    changed: (socket) => expiry.look(find(socket)),
  });
  const find = (socket: unknown): Client => {
    const found = clients.find((one) => one === socket);
    if (found === undefined) throw new Error('an unknown socket');
    return found;
  };
  const expiry = createExpiry<Client>({
    sockets: () => clients,
    expired: (client) => void expired.push({ client, at: Date.now() }),
    close: (client, code) => void closed.push({ client, at: Date.now(), code }),
  });
  for (let user = 1; user <= size; user += 1) {
    const client: Client = {
      conn: { readyState: 'open', transport: { name: 'websocket' }, close() {} },
      data: { user: String(user), notices: true, expiresAt: Date.now() + LIFE },
      connected: true,
      emitted: [],
      disconnect() {},
      emit(event: string, payload: { after: number }) {
        client.emitted.push({ event, at: Date.now(), after: payload.after });
        if (refreshes) void replace(client, `${user}:${Date.now() + LIFE}`, undefined);
      },
    };
    clients.push(client);
    expiry.look(client);
  }
  return { clients, expired, closed, refused, replace, expiry };
}

describe('a thousand clients with tokens of 15 minutes', () => {
  test('that send a fresh one when they are notified stay connected for an hour, without a gap', async () => {
    const { clients, expired, closed, refused } = stage(1000, { refreshes: true });
    await vi.advanceTimersByTimeAsync(HOUR);
    expect([expired, closed, refused]).toEqual([[], [], []]);
    for (const { emitted, data } of clients) {
      expect(emitted).toHaveLength(4);
      expect(data.expiresAt).toBeGreaterThan(Date.now());
    }
  });

  test('that do nothing are notified a minute before, receive nothing from the expiry on, and are sent back spread over 30 s', async () => {
    const startedAt = Date.now();
    const { clients, expired, closed } = stage(1000, { refreshes: false });
    await vi.advanceTimersByTimeAsync(HOUR);
    for (const { emitted } of clients)
      expect(emitted).toEqual([{ event: 'gateway:expiring', at: startedAt + LIFE - MINUTE, after: MINUTE }]);
    expect(new Set(expired.map(({ at }) => at))).toEqual(new Set([startedAt + LIFE]));
    expect(new Set(closed.map(({ code }) => code))).toEqual(new Set(['token-expired']));
    expect(closed).toHaveLength(1000);
    const seconds = new Map<number, number>();
    for (const { at } of closed) {
      const second = Math.floor((at - startedAt - LIFE) / 1000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }
    expect(Math.min(...seconds.keys())).toBeGreaterThanOrEqual(0);
    expect(Math.max(...seconds.keys())).toBeLessThan(30);
    // 33 in each second on average.
    expect(Math.max(...seconds.values())).toBeLessThan(80);
  });
});

describe('a token', () => {
  test('that is replaced in the last millisecond keeps the connection', async () => {
    const { clients, expired, closed, replace } = stage(1, { refreshes: false });
    await vi.advanceTimersByTimeAsync(LIFE - 1);
    const answers: unknown[] = [];
    for (const client of clients) await replace(client, `1:${Date.now() + LIFE}`, (answer) => answers.push(answer));
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect(answers).toEqual([{ ok: true, expires_at: expect.any(Number) }]);
    expect([expired, closed]).toEqual([[], []]);
  });

  test('that is replaced after its expiry is too late: the connection ends, and the client may come back', async () => {
    const { clients, closed, replace, refused } = stage(1, { refreshes: false });
    await vi.advanceTimersByTimeAsync(LIFE + 1);
    const answers: unknown[] = [];
    for (const client of clients) await replace(client, `1:${Date.now() + LIFE}`, (answer) => answers.push(answer));
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(answers).toEqual([{ ok: false, code: 'token-expired', retry: true }]);
    expect(refused).toEqual(['token-expired']);
    expect(closed).toHaveLength(1);
  });

  test.each<[string, unknown, unknown]>([
    ['of another user', '2:1900000000000', { ok: false, code: 'other-user', retry: false }],
    ['that is a number', 7, { ok: false, code: 'token-malformed', retry: false }],
    ['that is missing', undefined, { ok: false, code: 'token-missing', retry: false }],
    ['that begins with Bearer', 'Bearer x', { ok: false, code: 'token-malformed', retry: false }],
    ['that is too long', 'x'.repeat(5000), { ok: false, code: 'token-malformed', retry: false }],
  ])('%s is refused, and the old one stays', async (_, token, answer) => {
    const { clients, replace } = stage(1, { refreshes: false });
    const before = clients[0]?.data.expiresAt;
    const answers: unknown[] = [];
    for (const client of clients) await replace(client, token, (one) => answers.push(one));
    expect(answers).toEqual([answer]);
    expect(clients[0]?.data).toMatchObject({ user: '1', expiresAt: before });
  });

  test('is taken once a second from a client', async () => {
    const { clients, replace } = stage(1, { refreshes: false });
    const answers: unknown[] = [];
    for (const client of clients)
      for (let i = 0; i < 20; i += 1)
        await replace(client, `1:${Date.now() + LIFE}`, (answer) => answers.push(Object(answer).code ?? 'ok'));
    expect(answers).toEqual(['ok', ...Array.from({ length: 19 }, () => 'auth-busy')]);
  });

  test('that has no known expiry ends no connection', async () => {
    const { clients, expired, expiry } = stage(1, { refreshes: false });
    for (const client of clients) {
      delete client.data.expiresAt;
      expiry.look(client);
    }
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(expired).toEqual([]);
  });
});
