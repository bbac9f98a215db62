import { describe, expect, test } from 'vitest';
import {
  bytesHeldBack,
  terminator,
  isEngineSession,
  isNextInLine,
  rawWebSocketOf,
  type EngineSession,
} from '../../src/sockets/servers/socket-io/engine-internals.ts';
import { unverifiedForNativeServer, unverifiedForSocketIo } from '../../src/sockets/servers/library-versions.ts';
import { createClient } from '../support/client.ts';
import { startSocketIo } from './socket-io.ts';

// What src/sockets/servers/socket-io/engine-internals.ts takes for granted, asked of the installed engine.io and ws.

async function connect(transports: string[]) {
  const { io, url } = await startSocketIo();
  const accepted = new Promise<unknown>((resolve) => io.on('connection', (socket) => resolve(socket.conn)));
  const client = createClient(url, { transports, reconnection: false });
  const conn = await accepted;
  if (!isEngineSession(conn)) throw new Error('an Engine.IO session looks different now');
  return { client, session: conn };
}

async function connectWebSocket() {
  const { client, session } = await connect(['websocket']);
  const raw = rawWebSocketOf(session);
  if (!raw) throw new Error('the TCP socket is not found where it was');
  await idle(session, () => isNextInLine(session, raw));
  return { client, session, raw };
}

async function idle(_: EngineSession, until: () => boolean): Promise<void> {
  while (!until()) await new Promise((resolve) => setImmediate(resolve));
}

describe('the installed engine.io and ws', () => {
  test('are versions that were read', () => {
    expect([...unverifiedForSocketIo(), ...unverifiedForNativeServer()]).toEqual([]);
  });

  test('write a packet to the TCP socket within the call', async () => {
    const { session, raw } = await connectWebSocket();
    const before = raw.tcp.bytesWritten;
    session.write('2["now"]');
    expect(raw.tcp.bytesWritten - before).toBe(2 + '42["now"]'.length);
    expect(isNextInLine(session, raw)).toBe(true);
  });

  test('hold packets back in writeBuffer until the one before is written, and no other packet may overtake them', async () => {
    const { client, session, raw } = await connectWebSocket();
    session.write('2["a"]');
    session.write('2["b"]');
    expect(isNextInLine(session, raw)).toBe(false);
    expect(bytesHeldBack(session)).toBe('2["b"]'.length);
    await idle(session, () => isNextInLine(session, raw));
    await client.next('a');
    await client.next('b');
  });

  test('emit an event before a packet is sent', async () => {
    const { session, raw } = await connectWebSocket();
    const before = raw.tcp.bytesWritten;
    const seen: number[] = [];
    session.on('packetCreate', () => void seen.push(raw.tcp.bytesWritten));
    session.write('2["a"]');
    expect(seen).toEqual([before]);
  });

  test('let no data follow once a close has begun', async () => {
    const { session, raw } = await connectWebSocket();
    session.close();
    expect(isNextInLine(session, raw)).toBe(false);
  });

  test('have no TCP socket to write to while a session polls, and one after its upgrade', async () => {
    const polling = await connect(['polling']);
    expect(rawWebSocketOf(polling.session)).toBeUndefined();
    expect(typeof polling.session.readyState).toBe('string');

    const upgrading = await connect(['polling', 'websocket']);
    await idle(upgrading.session, () => rawWebSocketOf(upgrading.session) !== undefined);
    upgrading.session.write('2["after"]');
    await upgrading.client.next('after');
  });

  test.each(['websocket', 'polling'])('end a session at once when it is cut off: %s', async (transport) => {
    const { client, session } = await connect([transport]);
    terminator(session)();
    expect(await client.next('disconnect')).not.toEqual(['io server disconnect']);
    expect(session.readyState).toBe('closed');
  });
});
