import { describe, expect, test } from 'vitest';
import { TOKENS, USERS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { openPolling } from './raw-polling.ts';
import { useStage } from './stage.ts';

const SEPARATOR = '\x1e';
/** What python-socketio takes, unless it is told otherwise. */
const MOST_PACKETS = 16;
const BURST = 100;

const stage = useStage();

describe('a burst of events', () => {
  test('comes to a client that polls whole and in order, with 16 packets in an answer at most', async () => {
    const session = await openPolling(stage().gateway.url);
    await session.post(`40${JSON.stringify({ token: TOKENS.alice })}`);
    let said = '';
    while (!said.includes('"connected"')) said += (await session.poll()).body;
    for (let id = 0; id < BURST; id += 1)
      await stage().redis.publish('notices', { to: USERS.alice, text: `number ${id};` });
    await expect
      .poll(() => stage().gateway.metric('gateway_route_delivered_total{route="notices"}'))
      .toBeGreaterThanOrEqual(BURST);

    const answers: string[][] = [];
    while (answers.flat().length < BURST) answers.push((await session.poll()).body.split(SEPARATOR));
    expect(Math.max(...answers.map((packets) => packets.length))).toBe(MOST_PACKETS);
    expect(answers.flat().map((packet) => /number (\d+);/.exec(packet)?.[1])).toEqual(
      Array.from({ length: BURST }, (_, id) => String(id)),
    );
    await stage().allIsWell();
  });

  test('arrives complete and in order at a client that upgrades during it', async () => {
    const { socket, received } = await connectClient(stage().gateway.url, TOKENS.alice, {
      transports: ['polling', 'websocket'],
    });
    for (let id = 0; id < BURST; id += 1)
      await stage().redis.publish('notices', { to: USERS.alice, text: `number ${id};` });
    await expect.poll(() => received.length, { timeout: 5000 }).toBe(BURST);
    expect(received.map(({ args }) => args)).toEqual(
      Array.from({ length: BURST }, (_, id) => [{ to: USERS.alice, text: `number ${id};` }]),
    );
    expect(socket.connected).toBe(true);
    await stage().allIsWell();
  });
});
