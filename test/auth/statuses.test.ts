import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOKENS, USERS } from '../support/auth-service.ts';
import { openPolling } from '../sockets/raw-polling.ts';
import { openRaw } from '../sockets/raw-client.ts';
import { stageSockets, type SocketStage } from '../sockets/stage.ts';
import { startFaultyService, type ValidateToken } from './faulty-service.ts';

const FAULTS: Record<string, ValidateToken> = {
  'valid without a user': (_, reply) => reply(null, { valid: true }),
  'valid with 5 MB': (_, reply) => reply(null, { valid: true, user_id: '7', email: 'x'.repeat(5 * 1024 * 1024) }),
  ...Object.fromEntries(
    Object.entries(status)
      .filter(([name, code]) => Number.isInteger(code) && name !== 'OK' && name !== 'UNAUTHENTICATED')
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

/** The token says how the service fails; the bystanders are known. */
const byToken: ValidateToken = (call, reply) => {
  const fault = FAULTS[call.request.token.replaceAll('-', ' ')] ?? FAULTS[call.request.token];
  const user = { [TOKENS.alice]: USERS.alice, [TOKENS.bob]: USERS.bob, [TOKENS.carol]: USERS.carol }[
    call.request.token
  ];
  if (fault) fault(call, reply);
  else if (call.request.token === 'UNAUTHENTICATED') reply({ code: status.UNAUTHENTICATED });
  else reply(null, { valid: user !== undefined, user_id: user ?? '0' });
};

function connectWith(token: string): string {
  return `40${JSON.stringify({ token: token.replaceAll(' ', '-') })}`;
}

async function allIsWell(): Promise<void> {
  await stage.allIsWell();
  // An answer, so that the breaker stays out of it.
  const client = await openRaw(stage.gateway.url);
  client.send(connectWith(TOKENS.alice));
  expect(await client.next()).toMatch(/^40/);
}

describe.each(Object.keys(FAULTS))('an auth service that says %s', (fault) => {
  test('leads to a closed websocket, without a word that would keep the client away', async () => {
    const client = await openRaw(stage.gateway.url);
    client.send(connectWith(fault));
    expect(await Promise.race([client.next(), client.closed])).toBeUndefined();
    await allIsWell();
  });

  test('leads to a closed polling session, without such a word', async () => {
    const session = await openPolling(stage.gateway.url);
    await session.post(connectWith(fault));
    expect((await session.poll()).body).toMatch(/^(6.)?1$|Session ID unknown/);
    expect(await session.poll()).toMatchObject({ status: 400 });
    await allIsWell();
  });
});

describe('an auth service that says UNAUTHENTICATED', () => {
  test('means the token, and the client is told so', async () => {
    const client = await openRaw(stage.gateway.url);
    client.send(connectWith('UNAUTHENTICATED'));
    expect(await client.next()).toMatch(/^44\{"message":"unauthorized.*"code":"token-invalid".*"retry":false/);
    await allIsWell();
  });
});
