import { readFile, stat } from 'node:fs/promises';
import { createHttpClient } from '../../http-client.ts';
import { createKeySource, type KeyEvents, type KeySource } from './key-source.ts';
import { readKeys } from './keys.ts';

/** Where the keys of the issuer are. */
export type KeysOrigin =
  | { readonly kind: 'url'; readonly url: URL; readonly caFile: string | undefined }
  | { readonly kind: 'file'; readonly path: string };

const DEADLINE_MS = 2000;
const MAX_BYTES = 256 * 1024;
/** Keys that the issuer has withdrawn verify no token for longer than this. */
const URL_RELOAD_MS = 10 * 60_000;
const FILE_RELOAD_MS = 5000;

/** @throws where the PEM file of the authority cannot be read. */
export function openKeys(origin: KeysOrigin, events: KeyEvents): KeySource {
  return origin.kind === 'url' ? keysFromUrl(origin, events) : keysFromFile(origin.path, events);
}

function keysFromUrl({ url, caFile }: Extract<KeysOrigin, { kind: 'url' }>, events: KeyEvents): KeySource {
  const client = createHttpClient({ url, caFile, deadline: DEADLINE_MS, maxBytes: MAX_BYTES });
  const request = { method: 'GET', headers: { accept: 'application/json' } } as const;
  const source = createKeySource({
    events,
    reloadEvery: URL_RELOAD_MS,
    async load() {
      const outcome = await client.send(request);
      if (outcome.kind === 'failed') return { problem: outcome.cause };
      return outcome.status === 200 ? readKeys(outcome.body) : { problem: `HTTP status ${outcome.status}` };
    },
  });
  return {
    ...source,
    close() {
      source.close();
      client.close();
    },
  };
}

/** Reads the file again when it has changed; a file that is being written keeps the old keys until it is whole. */
function keysFromFile(path: string, events: KeyEvents): KeySource {
  let last: { readonly version: string; readonly keys: ReturnType<typeof readKeys> } | undefined;
  return createKeySource({
    events,
    reloadEvery: FILE_RELOAD_MS,
    async load() {
      try {
        const { mtimeMs, size, ino } = await stat(path);
        const version = [mtimeMs, size, ino].join();
        if (last?.version !== version) last = { version, keys: readKeys(await readFile(path, 'utf8')) };
        return last.keys;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return {
          problem: 'code' in error ? `the file cannot be read: ${String(error.code)}` : 'the file cannot be read',
        };
      }
    },
  });
}
