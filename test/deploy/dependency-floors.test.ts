import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isObject } from '../../src/schema/json.ts';

/**
 * Versions that something which a client, publisher or file may send no longer breaks. `npm audit` knows of versions, too,
 * but asks the network, and its answer changes without a change here.
 */
const FLOORS: readonly { readonly name: string; readonly floors: readonly string[]; readonly because: string }[] = [
  {
    name: 'engine.io',
    floors: ['6.6.10'],
    because: 'an upgrade without EIO, or a POST of bytes, crashed it or stayed',
  },
  { name: 'socket.io-parser', floors: ['4.2.7'], because: 'attachments without end filled the memory' },
  { name: 'socket.io', floors: ['4.8.0'], because: 'an event named error was thrown; CORS was open by default' },
  { name: 'ws', floors: ['8.21.1'], because: 'tiny fragments filled the memory; too many headers crashed it' },
  { name: '@grpc/grpc-js', floors: ['1.14.4'], because: 'a broken compressed answer crashed the caller' },
  { name: 'protobufjs', floors: ['7.5.8', '8.2.0'], because: 'nested messages overflowed the stack' },
  { name: 'ajv', floors: ['8.18.0'], because: 'patterns taken from data ran for ever' },
  { name: 'yaml', floors: ['2.8.3'], because: 'deep nesting threw something that is no parse error' },
  { name: 'js-yaml', floors: ['4.1.1'], because: 'merge keys polluted prototypes; reads our schemas for types only' },
  {
    name: 'ioredis',
    floors: ['6.0.0'],
    because: 'a forged MOVED polluted prototypes; some subscribers never came back',
  },
  {
    name: 'qs',
    floors: ['6.14.2'],
    because: 'brackets in a query hung it; comes with express, which is told not to use it',
  },
];

interface Locked {
  readonly path: string;
  readonly name: string;
  readonly version: string;
}

/** Every copy, at whatever depth. */
function locked(): Locked[] {
  const lock: unknown = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const packages: unknown = isObject(lock) ? lock['packages'] : undefined;
  return Object.entries(isObject(packages) ? packages : {}).map(([path, entry]) => ({
    path,
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: isObject(entry) ? String(entry['version']) : '',
  }));
}

const numbersOf = (version: string): number[] => version.split('.').map(Number);

/** A floor holds for its major version; the highest also for those beyond. */
function isAbove(version: string, floors: readonly string[]): boolean {
  const [major = 0, minor = 0, patch = 0] = numbersOf(version);
  const majors = floors.map((floor) => numbersOf(floor)[0] ?? 0);
  if (major > Math.max(...majors)) return true;
  return floors.some((floor) => {
    const [first = 0, second = 0, third = 0] = numbersOf(floor);
    return first === major && (minor > second || (minor === second && patch >= third));
  });
}

describe('package-lock.json', () => {
  test.each(FLOORS)('has $name at $floors or above: $because', ({ name, floors }) => {
    const copies = locked().filter((one) => one.name === name);
    expect(copies).not.toEqual([]);
    expect(copies.filter(({ version }) => !isAbove(version, floors))).toEqual([]);
  });

  test.each([
    ['8.21.0', ['8.21.1'], false],
    ['8.3.9', ['8.21.1'], false],
    ['8.21.1', ['8.21.1'], true],
    ['9.0.0', ['8.21.1'], true],
    ['7.6.0', ['7.5.8', '8.2.0'], true],
    ['8.1.9', ['7.5.8', '8.2.0'], false],
    ['6.9.9', ['7.5.8', '8.2.0'], false],
    ['8.21.1-rc.1', ['8.21.1'], false],
  ])('is compared rightly: %s with %s', (version, floors, above) => {
    expect(isAbove(version, floors)).toBe(above);
  });
});
