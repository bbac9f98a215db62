import { describe, expect, test, vi } from 'vitest';
import type { Authenticator } from '../../src/auth/authenticator.ts';
import type { Revocations } from '../../src/auth/revocations.ts';
import { rejection } from '../../src/auth/rejection.ts';
import type { ClientLimits, ConnectionEvents } from '../../src/sockets/lifecycle/connection-options.ts';
import { isObject } from '../../src/schema/json.ts';
import { acceptConnections } from '../../src/sockets/connections.ts';
import { createPeerOf } from '../../src/sockets/servers/client-address.ts';
import { USER_IDS } from '../../src/routes/user-id.ts';
import { createFanout } from '../../src/sockets/fanout/fanout.ts';
import { WEBSOCKET_SERVERS, type WebSocketServerName } from '../../src/sockets/servers/open-servers.ts';
import type { SocketHandlers } from '../../src/sockets/servers/socket-server.ts';
import { openRaw, type RawClient } from './raw-client.ts';
import { collectGarbage } from '../support/garbage.ts';
import { OPEN_DOOR, startSocketServer } from './socket-io.ts';

const NO_LIMITS: ClientLimits = {
  maxConnections: Infinity,
  maxConnectionsPerAddress: Infinity,
  maxConnectionsPerUser: Infinity,
  maxHandshakesPerSecond: Infinity,
  maxClientPacketsPerSecond: Infinity,
  maxClientMessageBytes: Infinity,
  handshakeTimeout: 0,
};

/** A server whose authenticator always comes to this end. */
async function stage(
  webSockets: WebSocketServerName,
  identify: Authenticator['identify'],
  isOutdated: Revocations['isOutdated'] = () => false,
) {
  const events = {
    opened: vi.fn<ConnectionEvents['opened']>(),
    closed: vi.fn<ConnectionEvents['closed']>(),
    refused: vi.fn<ConnectionEvents['refused']>(),
    clientEvent: vi.fn<ConnectionEvents['clientEvent']>(),
    closing: vi.fn<ConnectionEvents['closing']>(),
    revalidated: vi.fn<ConnectionEvents['revalidated']>(),
    failed: vi.fn<ConnectionEvents['failed']>(),
    binaryEvent() {},
    attachmentDiscarded() {},
    handshake: () => ({ during: <T>(work: () => Promise<T>) => work(), accepted() {}, rejected: () => 'trace' }),
  };
  let handlers: SocketHandlers = OPEN_DOOR;
  const said: WeakRef<object>[] = [];
  const sessionClosed = Promise.withResolvers<void>();
  const { server, io, url } = await startSocketServer(webSockets, {
    refusal: (...args) => handlers.refusal(...args),
    sessionOpened: (...args) => handlers.sessionOpened(...args),
    sessionClosed: (...args) => (handlers.sessionClosed(...args), sessionClosed.resolve()),
    admit(socket, credentials) {
      if (isObject(credentials.auth)) said.push(new WeakRef(credentials.auth));
      return handlers.admit(socket, credentials);
    },
    entered: (...args) => handlers.entered(...args),
    left: (...args) => handlers.left(...args),
  });
  const connections = acceptConnections((created) => ((handlers = created), server), {
    authenticator: { identify, revalidate: ({ token, network }) => identify(token, network) },
    revocations: { isOutdated },
    revalidateWithin: 0,
    userIds: USER_IDS.uint64,
    audiences: () => [],
    history: { claimsIn: () => ({}), clientJoined() {}, ready() {}, clientLeft() {} },
    fanout: createFanout({ maxBytes: 2 ** 20, maxAge: 10_000, events: { cut() {}, superseded() {} } }),
    originOf: () => 'absent',
    limits: NO_LIMITS,
    peerOf: createPeerOf([]),
    isTrustedProxy: () => false,
    queryToken: false,
    longestToken: 4096,
    cookieTokensOf: () => [],
    closedBecause: () => undefined,
    events,
  });
  const pending: unknown = Reflect.get(io.of('/'), '_preConnectSockets');
  if (!(pending instanceof Map)) throw new Error('Socket.IO keeps its waiting sockets elsewhere now');
  return { url, events, connections, said, pending, sessionClosed: sessionClosed.promise };
}

async function knock(url: string): Promise<RawClient> {
  const client = await openRaw(url);
  client.send('40{"token":"x"}');
  return client;
}

describe.each(WEBSOCKET_SERVERS)('with websockets served by %s,', (webSockets) => {
  test('what a client said is not in memory while the auth service is asked', async () => {
    const { url, said } = await stage(webSockets, () => new Promise(() => {}));
    await knock(url);
    await expect.poll(() => said.length).toBe(1);
    const kept = (): boolean[] => {
      collectGarbage();
      return said.map((auth) => auth.deref() !== undefined);
    };
    await expect.poll(kept).toEqual([false]);
  });

  describe('a socket that was not let in', () => {
    test('because the auth service cannot answer is closed and forgotten', async () => {
      const unavailable = rejection('auth-unavailable');
      const { url, events, connections, pending } = await stage(webSockets, async () => ({
        kind: 'rejected',
        rejection: unavailable,
      }));
      await (
        await knock(url)
      ).closed;
      expect(events.refused).toHaveBeenCalledExactlyOnceWith(
        unavailable,
        { address: '127.0.0.1', forwarded: false },
        'trace',
      );
      expect(connections.count()).toBe(0);
      expect(pending.size).toBe(0);
    });

    test('permanently is sent the reason and forgotten', async () => {
      const invalid = rejection('token-invalid');
      const { url, events, pending } = await stage(webSockets, async () => ({ kind: 'rejected', rejection: invalid }));
      const { message } = invalid;
      expect(await (await knock(url)).next()).toBe(
        `44${JSON.stringify({ message, data: { code: 'token-invalid', message, retry: false } })}`,
      );
      expect(events.refused).toHaveBeenCalledExactlyOnceWith(
        invalid,
        { address: '127.0.0.1', forwarded: false },
        'trace',
      );
      expect(pending.size).toBe(0);
    });

    test('because of an error of the gateway is closed and forgotten, and the error is reported', async () => {
      const fault = new Error('a fault');
      const { url, events, pending } = await stage(webSockets, () => Promise.reject(fault));
      await (
        await knock(url)
      ).closed;
      expect(events.failed).toHaveBeenCalledExactlyOnceWith(fault);
      expect(pending.size).toBe(0);
    });

    test('because its peer disconnected is forgotten, and never counted as open', async () => {
      const accepted = { kind: 'accepted', identity: { user: '7' } } as const;
      const asked = Promise.withResolvers<void>();
      const answer = Promise.withResolvers<typeof accepted>();
      const { url, events, connections, pending, sessionClosed } = await stage(
        webSockets,
        () => (asked.resolve(), answer.promise),
      );
      const client = await knock(url);
      await asked.promise;
      client.send('x');
      await sessionClosed;
      answer.resolve(accepted);
      await vi.waitFor(() => expect(pending.size).toBe(0));
      expect(events.opened).not.toHaveBeenCalled();
      expect(connections.users()).toEqual([]);
    });
  });

  describe('a socket whose user was revoked between the answer and its greeting', () => {
    test('is closed before it is greeted, and may come again', async () => {
      const accepted = {
        kind: 'accepted',
        identity: { user: '7' },
        proof: { token: 'x', askedAt: 5, network: '' },
      } as const;
      const isOutdated = vi.fn<Revocations['isOutdated']>(() => true);
      const { url, events, connections } = await stage(webSockets, async () => accepted, isOutdated);
      const client = await knock(url);
      // No `41`: a stock client takes that for "stay away".
      expect(await client.next()).toMatch(/^40/);
      expect(await Promise.race([client.next(), client.closed])).toBeUndefined();
      expect(isOutdated).toHaveBeenCalledExactlyOnceWith('7', 5);
      expect(events.opened).not.toHaveBeenCalled();
      expect(connections.users()).toEqual([]);
    });
  });

  describe('a socket that was let in', () => {
    test('is counted with its user, and no longer when it is gone', async () => {
      const { url, events, connections } = await stage(webSockets, async () => ({
        kind: 'accepted',
        identity: { user: '7' },
      }));
      const [one, other] = await Promise.all([knock(url), knock(url)]);
      for (const client of [one, other]) for (const start of ['40', '42']) expect(await client.next()).toContain(start);
      expect(connections.count()).toBe(2);
      expect(connections.users()).toEqual(['7']);

      await connections.drain(0);
      await Promise.all([one.closed, other.closed]);
      expect(connections.count()).toBe(0);
      expect(connections.users()).toEqual([]);
      expect(events.opened).toHaveBeenCalledTimes(2);
      expect(events.closed).toHaveBeenCalledTimes(2);
    });
  });
});
