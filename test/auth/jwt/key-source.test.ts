import { rename, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createKeySource, type KeySource } from '../../../src/auth/methods/jwt/key-source.ts';
import { openKeys, type KeysOrigin } from '../../../src/auth/methods/jwt/load-keys.ts';
import { readKeys } from '../../../src/auth/methods/jwt/keys.ts';
import { edPair, jwkOf, pemOf, startKeyServer, type KeyPair } from './issuer.ts';

const [OLD, NEW] = [edPair('old'), edPair('new')];
const setOf = (...pairs: KeyPair[]): object => ({ keys: pairs.map((pair) => jwkOf(pair)) });
const header = (kid: string) => ({ alg: 'EdDSA', kid });

function open(origin: KeysOrigin): KeySource & { failures: string[] } {
  const failures: string[] = [];
  const source = openKeys(origin, { keysFailed: (cause) => void failures.push(cause), keysLoaded() {} });
  onTestFinished(() => source.close());
  return { ...source, failures };
}

const fromUrl = (url: URL) => open({ kind: 'url', url, caFile: undefined });

describe('the keys of an address', () => {
  test('are requested once for all tokens', async () => {
    const server = await startKeyServer(setOf(OLD));
    const source = fromUrl(server.url);
    const found = await Promise.all(Array.from({ length: 100 }, () => source.find(header('old'))));
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['keys']));
    expect(server.requests).toHaveLength(1);
  });

  test('are requested again for an unknown kid, once a minute whatever is sent', async () => {
    const server = await startKeyServer(setOf(OLD));
    const source = fromUrl(server.url);
    await source.find(header('old'));
    server.answer = setOf(OLD, NEW);
    expect(await source.find(header('new'))).toMatchObject({ kind: 'keys' });
    for (let i = 0; i < 200; i += 1) expect(await source.find(header(`flood-${i}`))).toEqual({ kind: 'unknown-key' });
    expect(server.requests).toHaveLength(2);
  });

  test('stay in use while the address cannot be reached, and of new keys it cannot be said whether they are the issuer’s', async () => {
    const server = await startKeyServer(setOf(OLD));
    const source = fromUrl(server.url);
    await source.find(header('old'));
    await server.stop();
    expect(await source.find(header('new'))).toMatchObject({ kind: 'unavailable', cause: 'ECONNREFUSED' });
    expect(await source.find(header('old'))).toMatchObject({ kind: 'keys' });
    expect(source.problem()).toContain('the last loaded ones stay in use');
    // A flood of unknown keys does not become a flood of requests.
    for (let i = 0; i < 50; i += 1) await source.find(header(`flood-${i}`));
    expect(source.failures).toEqual(['ECONNREFUSED']);
  });

  test.each<[string, object | string | number, string]>([
    ['an error', 500, 'HTTP status 500'],
    ['a redirect, which is not followed', 302, 'HTTP status 302'],
    ['a page', '<html>', 'neither a JWK Set nor public keys'],
    ['an empty set', { keys: [] }, 'no public key'],
    ['more than 256 KiB', 'x'.repeat(300_000), 'longer than 262144 bytes'],
  ])('that answers with %s are unavailable, and never empty', async (_, answer, cause) => {
    const server = await startKeyServer(answer);
    const source = fromUrl(server.url);
    expect(await source.find(header('old'))).toEqual({ kind: 'unavailable', cause: expect.stringContaining(cause) });
    expect(source.problem()).toContain('clients with a JWT are refused and come back');
    expect(server.requests).toEqual(['/keys']);
  });
});

describe('after a failed load', () => {
  test('the keys are loaded again by themselves, and a withdrawn key is forgotten with the next load', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const answers: ReturnType<typeof readKeys>[] = [{ problem: 'down' }, readKeys(JSON.stringify(setOf(OLD)))];
    const source = createKeySource({
      load: async () => answers.shift() ?? readKeys(JSON.stringify(setOf(NEW))),
      reloadEvery: 600_000,
      events: { keysFailed() {}, keysLoaded() {} },
    });
    onTestFinished(() => source.close());
    expect(await source.find(header('old'))).toEqual({ kind: 'unavailable', cause: 'down' });
    await vi.advanceTimersByTimeAsync(5000);
    expect(source.problem()).toBeUndefined();
    expect(await source.find(header('old'))).toMatchObject({ kind: 'keys' });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await source.find(header('old'))).toEqual({ kind: 'unknown-key' });
  });
});

describe('the keys of a file', () => {
  async function file(text: string): Promise<string> {
    const path = join(await mkdtemp(join(tmpdir(), 'keys-')), 'keys.pem');
    await writeFile(path, text);
    return path;
  }

  test('are read again when it is replaced, and stay in use while it is broken', async () => {
    const path = await file(JSON.stringify(setOf(OLD)));
    const source = open({ kind: 'file', path });
    expect(await source.find(header('old'))).toMatchObject({ kind: 'keys' });
    await writeFile(`${path}.next`, JSON.stringify(setOf(OLD, NEW)));
    await rename(`${path}.next`, path);
    // An unknown kid is a reason to look.
    expect(await source.find(header('new'))).toMatchObject({ kind: 'keys' });
  });

  test('that is missing are unavailable, and the cause names no path', async () => {
    const source = open({ kind: 'file', path: '/nowhere/keys.pem' });
    expect(await source.find(header('old'))).toEqual({
      kind: 'unavailable',
      cause: 'the file cannot be read: ENOENT',
    });
  });

  test('in PEM serve tokens of any kid', async () => {
    const source = open({ kind: 'file', path: await file(pemOf(OLD)) });
    expect(await source.find(header('whatever'))).toMatchObject({ kind: 'keys' });
  });
});
