import { describe, expect, test } from 'vitest';
import { createClaimsSeen } from '../../src/auth/claims-seen.ts';

const MINUTE = 60_000;

function stage(declared: readonly string[] = ['roles', 'orgs']) {
  let now = 0;
  const claims = createClaimsSeen(
    () => declared,
    () => now,
  );
  const see = (count: number, ...names: string[]): void => {
    for (let i = 0; i < count; i += 1) claims.saw(new Map(names.map((name) => [name, ['x']])));
  };
  return { ...claims, see, wait: (minutes: number) => void (now += minutes * MINUTE) };
}

describe('a declared claim', () => {
  test('is missing if none of a hundred tokens had it', () => {
    const { see, missing } = stage();
    see(99, 'roles');
    expect(missing()).toEqual([]);
    see(1, 'roles');
    expect(missing()).toEqual(['orgs']);
  });

  test('is not missing once a token has it', () => {
    const { see, missing } = stage();
    see(200);
    expect(missing()).toEqual(['roles', 'orgs']);
    see(1, 'roles', 'orgs');
    expect(missing()).toEqual([]);
  });

  test('is missing again when its last token is older than an hour', () => {
    const { see, missing, wait } = stage();
    see(1, 'roles', 'orgs');
    wait(30);
    see(100, 'roles');
    expect(missing()).toEqual([]);
    wait(31);
    expect(missing()).toEqual(['orgs']);
    wait(60);
    expect(missing()).toEqual([]);
  });

  test('is never missing where none is declared', () => {
    const { see, missing } = stage([]);
    see(500);
    expect(missing()).toEqual([]);
  });
});
