import { array, assert, constantFrom, nat, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBreaker } from '../../src/auth/breaker.ts';

const ATTACKER = '203.0.113.66';
const HONEST = ['192.0.2.1', '192.0.2.2', '198.51.100.1'];

/** The next step: some time passes, and then a client connects. */
interface Step {
  readonly wait: number;
  readonly who: 'attacker' | 'user';
  readonly token: number;
  readonly network: number;
}

const steps = array(
  record({
    wait: nat(3000),
    who: constantFrom('attacker' as const, 'user' as const),
    token: nat(20),
    network: nat(HONEST.length - 1),
  }),
  { maxLength: 300 },
);

/** A breaker in front of a service that answers about users while it is up, and never about the tokens of the attacker. */
function stage() {
  let now = 0;
  let isUp = true;
  const breaker = createBreaker(() => now);
  const take = ({ wait, who, token, network }: Step) => {
    now += wait;
    const caller =
      who === 'attacker'
        ? { key: `bad${token}`, network: ATTACKER }
        : { key: `good${token}`, network: HONEST[network] ?? '' };
    const decision = breaker.decide(caller);
    if (decision !== 'call') return decision;
    breaker.started(caller);
    breaker.ended(caller, who === 'user' && isUp ? 'valid' : 'unanswered', now);
    return decision;
  };
  return { breaker, take, setUp: (up: boolean) => void (isUp = up), pass: (ms: number) => void (now += ms) };
}

describe('whatever an attacker in one network does', () => {
  test('the breaker never opens while the service answers about users, and each user causes a call', () => {
    assert(
      property(steps, (all) => {
        const { breaker, take } = stage();
        for (const step of all) {
          expect([step.who, take(step)]).toEqual([step.who, 'call']);
          expect(breaker.state()).not.toBe('open');
        }
      }),
    );
  });

  test('an outage opens it, and afterwards a user in another network is admitted within the longest pause', () => {
    assert(
      property(steps, steps, (before, during) => {
        const { breaker, take, setUp, pass } = stage();
        for (const step of before) take(step);
        setUp(false);
        for (let n = 0; n < 5; n += 1) take({ wait: 0, who: 'user', token: n, network: n % 2 });
        expect(breaker.state()).toBe('open');
        for (const step of during) take(step);

        setUp(true);
        pass(5000);
        // The attacker is first each time, with a token that never failed before.
        for (let n = 0; n < 40 && breaker.state() !== 'healthy'; n += 1) {
          take({ wait: 50, who: 'attacker', token: 1000 + n, network: 0 });
          take({ wait: 50, who: 'user', token: 100 + n, network: 2 });
        }
        expect(breaker.state()).toBe('healthy');
      }),
    );
  });
});
