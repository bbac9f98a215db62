import { describe, expect, test } from 'vitest';
import { openRaw, type RawClient } from '../sockets/raw-client.ts';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { useConformanceServer } from './stage.ts';

describe.each(WEBSOCKET_SERVERS)('websockets served by %s:', (webSockets) => {
  const server = useConformanceServer(webSockets);

  /** The next packet that is no heartbeat; those are answered on the way. */
  async function packet(client: RawClient): Promise<unknown> {
    const next = await client.next();
    if (next !== '2') return next;
    client.send('3');
    return packet(client);
  }

  async function connected(): Promise<RawClient> {
    const client = await openRaw(server.url);
    client.send('40');
    await packet(client);
    await packet(client);
    return client;
  }

  describe('a CONNECT', () => {
    test.each([
      ['to the main namespace', '40', '', '{}'],
      ['to the main namespace with a payload', '40{"token":"t-1"}', '', '{"token":"t-1"}'],
      ['to another namespace', '40/custom,', '/custom,', '{}'],
      ['to another namespace with a payload', '40/custom,{"lang":"fa"}', '/custom,', '{"lang":"fa"}'],
    ])('%s is confirmed with an id alone, and its payload arrives', async (_, connect, namespace, payload) => {
      const client = await openRaw(server.url);
      client.send(connect);
      expect(await packet(client)).toMatch(new RegExp(`^40${namespace}\\{"sid":"[\\w-]{20}"\\}$`));
      expect(await packet(client)).toBe(`42${namespace}["auth",${payload}]`);
    });

    test('to an unknown namespace is refused', async () => {
      const client = await openRaw(server.url);
      client.send('40/nowhere');
      expect(await packet(client)).toBe('44/nowhere,{"message":"Invalid namespace"}');
    });

    test('that is none ends the connection', async () => {
      const client = await openRaw(server.url);
      client.send('4hello');
      await expect(client.closed).resolves.toBeUndefined();
    });

    test('that never comes ends the connection', async () => {
      const client = await openRaw(server.url);
      await expect(client.closed).resolves.toBeUndefined();
    });
  });

  describe('a DISCONNECT', () => {
    test('from the main namespace leaves the connection, and its heartbeat', async () => {
      const client = await connected();
      client.send('41');
      expect(await client.next()).toBe('2');
    });

    test('from one namespace leaves the other', async () => {
      const client = await connected();
      client.send('40/custom');
      expect(await packet(client)).toMatch(/^40\/custom,/);
      expect(await packet(client)).toMatch(/^42\/custom,/);
      client.send('41/custom');
      client.send('42["message","still here"]');
      expect(await packet(client)).toBe('42["message-back","still here"]');
    });
  });

  describe('an event', () => {
    test('comes back with its arguments', async () => {
      const client = await connected();
      client.send('42["message","a",{"b":[null,1.5]}]');
      expect(await packet(client)).toBe('42["message-back","a",{"b":[null,1.5]}]');
    });

    test('with an acknowledgement is acknowledged', async () => {
      const client = await connected();
      client.send('4217["message-with-ack","a",[],false]');
      expect(await packet(client)).toBe('4317["a",[],false]');
    });

    test.each([
      ['comes back', '452-["message",', '452-["message-back",'],
      ['is acknowledged', '452-31["message-with-ack",', '462-31['],
    ])('with bytes in it %s with those bytes', async (_, sent, back) => {
      const client = await connected();
      const places = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]';
      client.send(sent + places);
      client.send(Uint8Array.from([9, 8]));
      client.send(Uint8Array.from([7]));
      expect(await packet(client)).toBe(back + places);
      expect(await packet(client)).toEqual(Uint8Array.from([9, 8]).buffer);
      expect(await packet(client)).toEqual(Uint8Array.from([7]).buffer);
    });

    test('with bytes in it is not disturbed by what other clients send between its parts', async () => {
      const [one, two, broken] = await Promise.all([connected(), connected(), connected()]);
      const part = '451-["message",{"_placeholder":true,"num":0}]';
      for (const client of [one, two, broken]) client.send(part);
      broken.send('42["message","before its bytes"]');
      await expect(broken.closed).resolves.toBeUndefined();
      two.send(Uint8Array.from([2]));
      one.send(Uint8Array.from([1]));
      for (const [client, byte] of [[one, 1] as const, [two, 2] as const]) {
        expect(await packet(client)).toBe('451-["message-back",{"_placeholder":true,"num":0}]');
        expect(await packet(client)).toEqual(Uint8Array.from([byte]).buffer);
      }
    });

    test.each([
      ['of an unknown type', '4hello'],
      ['whose payload is no list', '42{}'],
      ['whose id is no number', '42x["message-with-ack"]'],
    ])('%s ends the connection', async (_, broken) => {
      const client = await connected();
      client.send(broken);
      await expect(client.closed).resolves.toBeUndefined();
    });
  });
});
