import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOKENS, USERS } from '../support/auth-service.ts';
import { openPolling } from '../sockets/raw-polling.ts';
import { openRaw } from '../sockets/raw-client.ts';
import { stageSockets, type SocketStage } from '../sockets/stage.ts';
import { startFaultyService, type ValidateToken } from './faulty-service.ts';

/** Statuses that mean an invalid token. */
const BAD_TOKEN_CODES: Readonly<Record<string, status>> = {
  UNAUTHENTICATED: status.UNAUTHENTICATED,
  INVALID_ARGUMENT: status.INVALID_ARGUMENT,
  NOT_FOUND: status.NOT_FOUND,
};
const BAD_TOKEN = Object.keys(BAD_TOKEN_CODES);

const FAULTS: Record<string, ValidateToken> = {
  'valid with 5 MB': (_, reply) => reply(null, { valid: true, user_id: '7', email: 'x'.repeat(5 * 1024 * 1024) }),
  ...Object.fromEntries(
    Object.entries(status)
      .filter(([name, code]) => Number.isInteger(code) && name !== 'OK' && !BAD_TOKEN.includes(name))
      .map(([name, code]): [string, ValidateToken] => [name, (_, reply) => reply({ code: Number(code) })]),
  ),
};

let stage: SocketStage;
const stops: (() => void | Promise<void>)[] = [];
beforeAll(async () => {
  const auth = await startFaultyService(byToken, (stop) => stops.push(stop));
  stage = await stageSockets({ AUTH_SERVICE_ADDR: auth.address }, (stop) => stops.push(stop));
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

/** The token says how the service fails; bystanders are valid. */
const byToken: ValidateToken = (call, reply) => {
  const fault = FAULTS[call.request.token.replaceAll('-', ' ')] ?? FAULTS[call.request.token];
  const user = { [TOKENS.alice]: USERS.alice, [TOKENS.bob]: USERS.bob, [TOKENS.carol]: USERS.carol }[
    call.request.token
  ];
  if (fault) fault(call, reply);
  else if (call.request.token === 'valid-without-a-user') reply(null, { valid: true });
  else if (BAD_TOKEN.includes(call.request.token)) reply({ code: BAD_TOKEN_CODES[call.request.token] ?? 0 });
  else reply(null, { valid: user !== undefined, user_id: user ?? '0' });
};

function connectWith(token: string): string {
  return `40${JSON.stringify({ token: token.replaceAll(' ', '-') })}`;
}

async function allIsWell(): Promise<void> {
  await stage.allIsWell();
  // An answer, so that the breaker stays closed.
  const client = await openRaw(stage.gateway.url);
  client.send(connectWith(TOKENS.alice));
  expect(await client.next()).toMatch(/^40/);
}

describe.each(Object.keys(FAULTS))('an auth service that answers %s', (fault) => {
  test('closes the websocket, without a text that would keep the client from reconnecting', async () => {
    const client = await openRaw(stage.gateway.url);
    client.send(connectWith(fault));
    expect(await Promise.race([client.next(), client.closed])).toBeUndefined();
    await allIsWell();
  });

  test('closes the polling session, without such a text', async () => {
    const session = await openPolling(stage.gateway.url);
    await session.post(connectWith(fault));
    expect((await session.poll()).body).toMatch(/^(6.)?1$|Session ID unknown/);
    expect(await session.poll()).toMatchObject({ status: 400 });
    await allIsWell();
  });
});

describe.each([...BAD_TOKEN.map((name) => [name, 'token-invalid']), ['valid without a user', 'no-user-id']])(
  'an auth service that answers %s',
  (answer, code) => {
    const refusal = new RegExp(`44\\{"message":"unauthorized.*"code":"${code}".*"retry":false`);

    test(`refuses the token, and the client receives ${code}`, async () => {
      const client = await openRaw(stage.gateway.url);
      client.send(connectWith(answer));
      expect(await client.next()).toMatch(refusal);
      await allIsWell();
    });

    test(`refuses the token, and a polling client receives ${code}`, async () => {
      const session = await openPolling(stage.gateway.url);
      await session.post(connectWith(answer));
      expect((await session.poll()).body).toMatch(refusal);
      await allIsWell();
    });
  },
);
