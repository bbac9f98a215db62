import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/contract/diff/change.ts';
import { diffContracts } from '../../src/contract/diff/diff.ts';
import { checkedContract, checkedFile, type Contract } from './contract-tree.ts';
import { BEFORE, BREAKING, RISKY, SAFE, SAME, type Row } from './diff-rows.ts';

const before = checkedContract(BEFORE);
const changesOf = (after: Contract): Change[] => diffContracts(before, checkedContract(after));

/** The change that a row speaks of, and the worst of all that is told. */
function told([, after, route, what]: Row): { worst: string | undefined; parties: string[] | undefined } {
  const changes = changesOf(after);
  const wanted = changes.find((one) => (one.route ?? '') === route && one.what === what);
  // Those that it hurts, or all of them where it hurts nobody.
  const parties = wanted?.effects.filter(({ level }) => level === wanted.level).map(({ party }) => party);
  return { worst: changes[0]?.level, parties };
}

describe('it is breaking if', () => {
  test.each(BREAKING)('%s', (...row) => {
    expect(told(row)).toEqual({ worst: 'breaking', parties: row[4] });
  });
});

describe('it is risky if', () => {
  test.each(RISKY)('%s', (...row) => {
    expect(told(row)).toEqual({ worst: 'risky', parties: row[4] });
  });
});

describe('it is safe if', () => {
  test.each(SAFE)('%s', (...row) => {
    expect(told(row)).toEqual({ worst: 'safe', parties: row[4] });
  });
});

describe('nothing is told if', () => {
  test.each(SAME)('%s', (_, after) => {
    expect(changesOf(after)).toEqual([]);
  });

  test.each(['config/routes.yaml', 'config/routes.metargb.yaml'])('%s is compared with itself', (file) => {
    expect(diffContracts(checkedFile(file), checkedFile(file))).toEqual([]);
  });
});

test('whoever a change concerns is told why', () => {
  for (const [, after] of [...BREAKING, ...RISKY, ...SAFE])
    for (const { effects } of changesOf(after)) for (const { why } of effects) expect(why).not.toBe('');
});

test('the worst changes are told first', () => {
  const levels = diffContracts(checkedFile('config/routes.yaml'), checkedFile('config/routes.metargb.yaml')).map(
    ({ level }) => level,
  );
  expect(new Set(levels)).toEqual(new Set(['breaking', 'risky', 'safe']));
  expect(levels).toEqual(['breaking', 'risky', 'safe'].flatMap((level) => levels.filter((one) => one === level)));
});
