import { afterEach, describe, expect, test } from 'vitest';
import { TOKENS, USERS } from '../support/auth-service.ts';
import { enterRaw } from './raw-client.ts';
import { useStage } from './stage.ts';

const stage = useStage();
afterEach(() => stage().allIsWell());

const PONG = /^42\["pong",\{"timestamp":\d+\}\]$/;
const LONG_ID = '9'.repeat(400);

describe('what a client sends in addition to ping', () => {
  test.each([
    ['a route’s event', '42["told-to-members",{"text":"hello"}]'],
    ['another user’s event', `42["notice",{"to":${USERS.bob}}]`],
    ['the gateway’s greeting', '42["connected",{"userId":8}]'],
    ['a request to join a room', `42["join","user:${USERS.bob}"]`],
    ['a wish to subscribe', '42["subscribe","audience:anyone"]'],
    ['an event of the gateway’s own', '42["gateway:closing",{}]'],
    ['an error', '42["error",{"message":"x"}]'],
    ['an error without arguments', '42["error"]'],
    ['a message', '42["message","hello"]'],
    ['a name from the prototype', '42["__proto__",{"polluted":true}]'],
    ['a method of objects', '42["toString"]'],
    ['a constructor', '42["constructor",{"prototype":{"polluted":true}}]'],
    ['a number for a name', '42[7,8]'],
    ['an empty name', '42[""]'],
    ['a name of 60,000 characters', `42["${'x'.repeat(60_000)}"]`],
    ['an argument 20,000 levels deep', `42["x",${'['.repeat(20_000)}${']'.repeat(20_000)}]`],
    ['an unrequested ack', '430[]'],
    ['an ack with a huge id', `43${LONG_ID}[1]`],
    ['a pong of the engine that nobody asked for', undefined, '3'],
    ['an engine packet that servers send', undefined, '0{"sid":"x"}'],
    ['an upgrade of what is no upgrade', undefined, '5'],
    ['a noop', undefined, '6'],
    ['a farewell that Engine.IO knows for polling only', undefined, '1'],
  ])('(%s) is ignored', async (_, packet, raw = packet ?? '') => {
    const client = await enterRaw(stage().gateway.url, TOKENS.alice);
    client.send(raw);
    client.send('42["ping"]');
    expect(await client.next()).toMatch(PONG);
  });
});

describe('ping', () => {
  test.each([
    '42["ping"]',
    '42["ping",null]',
    '42["ping",{}]',
    '42["ping",[]]',
    '42["ping","x",{"toString":null},[[]]]',
    '42["ping",{"__proto__":{"polluted":true}}]',
  ])('(%s) is answered with pong', async (packet) => {
    const client = await enterRaw(stage().gateway.url, TOKENS.alice);
    client.send(packet);
    expect(await client.next()).toMatch(PONG);
  });

  test.each([
    ['an id', '427["ping"]', /^437\[\{"timestamp":\d+\}\]$/],
    ['a null', '427["ping",null]', /^437\[\{"timestamp":\d+\}\]$/],
    ['a huge id', `42${LONG_ID}["ping"]`, /^43\w+\[\{"timestamp":\d+\}\]$/],
  ])('with an ack and %s is acknowledged and answered', async (_, packet, acknowledged) => {
    const client = await enterRaw(stage().gateway.url, TOKENS.alice);
    client.send(packet);
    expect(await client.next()).toMatch(acknowledged);
    expect(await client.next()).toMatch(PONG);
  });
});

describe('an event with a callback that the gateway has no answer to is acknowledged as unknown', () => {
  test.each([
    ['an event that there is not', '421["join","user:8"]', '431'],
    ['a route’s event', '420["told-to-members",{"text":"hello"}]', '430'],
    ['a name from the prototype', '427["__proto__",{}]', '437'],
    ['a number for a name', '427[7,8]', '437'],
  ])('(%s)', async (_, packet, head) => {
    const client = await enterRaw(stage().gateway.url, TOKENS.alice);
    client.send(packet);
    expect(await client.next()).toBe(`${head}[{"ok":false,"code":"unknown-event","retry":false}]`);
    client.send('42["ping"]');
    expect(await client.next()).toMatch(PONG);
  });
});

describe('a client that violates the protocol is closed, and no other', () => {
  test.each([
    ['a reserved name: connect', '42["connect"]'],
    ['a reserved name: connect_error', '42["connect_error",{}]'],
    ['a reserved name: disconnect', '42["disconnect"]'],
    ['a reserved name: disconnecting', '42["disconnecting"]'],
    ['a reserved name: newListener', '42["newListener","x"]'],
    ['a reserved name: removeListener', '42["removeListener","x"]'],
    ['an event without a name', '42[]'],
    ['an event named null', '42[null]'],
    ['an event named by an object', '42[{"toString":"x"}]'],
    ['an object for an event', '42{}'],
    ['a text for an event', '42"ping"'],
    ['truncated JSON', '42["ping"'],
    ['no JSON', '42ping'],
    ['an object for an ack', '430{}'],
    ['an ack id that is no number', '42abc["ping"]'],
    ['an unknown packet type', '49'],
    ['a packet type that is no digit', '4x'],
    ['an empty packet', '4'],
    ['a refusal that only servers send', '44{"message":"x"}'],
    ['an event for a namespace it is not in', '42/admin,["ping"]'],
    ['a billion attachments', '451000000000-["x",{"_placeholder":true,"num":0}]'],
    ['10,000 attachments', '4510000-["x"]'],
    ['no attachments', '450-["x"]'],
    ['a negative number of attachments', '45-1-["x"]'],
    ['attachments without a number', '45["x"]'],
    ['an engine ping that only servers send', '2'],
    ['an engine packet of no type', 'x'],
    ['64 kB and more', `42["${'x'.repeat(64 * 1024)}"]`],
    ['base64 that nobody announced', 'bAAECAw=='],
    ['bytes that nobody announced', new Uint8Array([1, 2, 3])],
  ])('(%s)', async (_, packet) => {
    const client = await enterRaw(stage().gateway.url, TOKENS.alice);
    client.send(packet);
    await expect(client.closed).resolves.toBeUndefined();
  });

  test('(text where bytes were announced)', async () => {
    const client = await enterRaw(stage().gateway.url, TOKENS.alice);
    client.send('453-["x",{"_placeholder":true,"num":0}]');
    client.send(new Uint8Array([1]));
    client.send(new Uint8Array([2]));
    client.send('42["ping"]');
    await expect(client.closed).resolves.toBeUndefined();
  });
});

describe('a client that leaves the namespace', () => {
  test('and stays connected receives nothing more, and may reconnect', async () => {
    const client = await enterRaw(stage().gateway.url, TOKENS.alice);
    client.send('41');
    client.send('40/nowhere,');
    expect(await client.next()).toMatch(/^44/);
    await stage().redis.publish('notices', { to: 7, text: 'gone?' });
    await stage().allIsWell();
    client.send(`40${JSON.stringify({ token: TOKENS.alice })}`);
    expect(await client.next()).toMatch(/^40\{"sid":"[^"]+"\}$/);
    expect(await client.next()).toMatch(/^42\["connected",/);
  });
});
