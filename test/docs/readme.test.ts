import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const README = readFileSync('README.md', 'utf8');

describe('the README', () => {
  test('is a front page: 220 lines at most', () => {
    expect(README.trimEnd().split('\n').length).toBeLessThanOrEqual(220);
  });

  test('has the commands of the demo and of the tests each on one line, which CI runs', () => {
    expect(README).toMatch(/^npm ci .* npm run demo$/m);
    expect(README.match(/^npm ci .* npm test$/gm)).toHaveLength(1);
  });
});
