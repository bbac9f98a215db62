import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { typescriptOf } from '../../src/contract/documents/typescript.ts';
import { checkedContract, checkedFile, newFolder } from './contract-tree.ts';
import { runCommand } from './run-command.ts';

const TSC = resolve('node_modules/.bin/tsc');
const run = promisify(execFile);

const CONNECT = `
import { io, type Socket } from 'socket.io-client';
import type { ClientToServerEvents, ServerToClientEvents } from './events.d.ts';
const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io('http://localhost:3000');
`;

/** What tsc has to say about a client with these lines, beside types of these routes. */
async function compiled(types: string, ...lines: string[]): Promise<string> {
  const folder = newFolder();
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'events.d.ts'), types);
  writeFileSync(join(folder, 'client.ts'), CONNECT + lines.join('\n'));
  const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--allowImportingTsExtensions'];
  const options = [...strict, '--module', 'nodenext', '--types', '', '--lib', 'es2024,dom'];
  return run(process.execPath, [TSC, ...options, 'client.ts', 'events.d.ts'], { cwd: folder }).then(
    ({ stdout }) => stdout,
    (error: unknown) => String(error instanceof Error && 'stdout' in error ? error.stdout : error),
  );
}

describe('types of the default routes', () => {
  const types = typescriptOf(checkedFile('config/routes.yaml'));

  test('compile in a client that uses them as they are', async () => {
    const said = await compiled(
      await types,
      `socket.on('connected', ({ userId, authenticated }) => { const id: number | string | undefined = userId; void [id, authenticated]; });`,
      `socket.on('user-status-changed', ({ user_id, last_seen }) => { const id: number | string = user_id; const seen: string | null | undefined = last_seen; void [id, seen]; });`,
      `socket.on('feature-status-changed', ({ old_owner_id }) => { const old: number | string | null | unknown[] | undefined = old_owner_id; void old; });`,
      `socket.on('notification-received', ({ data }) => { const what: unknown = Array.isArray(data) ? data[0] : data?.['related-to']; void what; });`,
      `socket.on('pong', ({ timestamp }) => { const now: number = timestamp; void now; });`,
      `socket.on('gateway:gap', ({ from, routes, reason }) => { const gap: [string, string[], 'connection-lost' | 'no-answer' | 'starved' | 'failover'] = [from, routes, reason]; void gap; });`,
      `socket.emit('ping'); socket.emit('ping', 1); socket.emit('ping', undefined, ({ timestamp }) => { const now: number = timestamp; void now; });`,
    );
    expect(said).toBe('');
  });

  test.each([
    [`socket.on('user-status-changed', ({ userid }) => void userid);`, /'userid' does not exist/],
    [`socket.on('user-status-changd', () => {});`, /user-status-changd/],
    [
      `socket.on('user-status-changed', ({ user_id }) => { const id: number = user_id; void id; });`,
      /not assignable to type 'number'/,
    ],
    [`socket.on('user-status-changed', ({ last_seen }) => last_seen.length);`, /possibly 'null' or 'undefined'/],
    [`socket.emit('publish', {});`, /"publish"/],
  ])('refuse %s', async (line, words) => {
    expect(await compiled(await types, line)).toMatch(words);
  });
});

const TRICKY = {
  type: 'object',
  required: ['address', 'tree', 'state', 'pair', 'maybe', 'of'],
  properties: {
    address: { description: 'Where it is */ export const broken = 1; /*', $ref: 'parts.json#/$defs/address' },
    tree: { $ref: '#/$defs/tree' },
    state: { enum: ['on', 'off', null] },
    pair: { type: 'array', minItems: 2, prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false },
    maybe: { type: ['object', 'null'], required: ['x'], properties: { x: { type: 'integer', title: 'Id' } } },
    of: {
      oneOf: [
        { type: 'object', required: ['kind', 'size'], properties: { kind: { const: 'a' }, size: { type: 'number' } } },
        { type: 'object', required: ['kind'], properties: { kind: { const: 'b' } } },
      ],
    },
    rates: { type: 'object', additionalProperties: { type: 'number' } },
    secret: { type: 'string', title: 'Id' },
    any: true,
    mixed: {
      description: 'Said in pieces.',
      $ref: 'parts.json#/$defs/address',
      required: ['street'],
      allOf: [{ required: ['floor'], properties: { floor: { type: 'integer' } } }],
      anyOf: [{ required: ['a'], properties: { a: { type: 'string' } } }, { required: ['b'] }],
      type: 'object',
      properties: { zip: { type: 'string' } },
    },
    either: { type: 'string', anyOf: [{ format: 'uuid' }, { maxLength: 3 }] },
  },
  $defs: {
    tree: {
      type: 'object',
      required: ['value'],
      properties: { value: { type: 'integer' }, children: { type: 'array', items: { $ref: '#/$defs/tree' } } },
    },
  },
};
const PARTS = {
  $defs: {
    address: {
      type: 'object',
      required: ['city'],
      properties: { city: { type: 'string' }, street: { type: 'string' } },
    },
  },
};

describe('types of routes with all that schemas can say', () => {
  const route = { schema: '../schemas/tricky.json', target: 'broadcast' };
  const config = checkedContract({
    routes: {
      whole: { ...route, event: 'whole' },
      less: { ...route, event: 'less', omit: ['secret', '/address/street'] },
      picked: { ...route, event: 'picked', map: { city: '/address/city', street: '/address/street', x: '/maybe/x' } },
      other: { ...route, event: 'picked', map: { root: '/tree/value' } },
      dashed: { ...route, event: 'a-b' },
      coloned: { ...route, event: 'a:b' },
      persian: { ...route, event: 'سفارش' },
      numbered: { ...route, event: '2nd' },
      own: { ...route, event: 'Connected' },
    },
    schemas: { 'tricky.json': TRICKY, 'parts.json': PARTS },
  });

  test('compile in a client that reads each kind of field', async () => {
    const said = await compiled(
      await typescriptOf(config),
      `socket.on('whole', ({ address: { city, street }, tree }) => void [city.length, street?.length, tree.children?.[0]?.value.toFixed()]);`,
      `socket.on('whole', ({ state, pair: [first, second] }) => { const one: 'on' | 'off' | null = state; void [one, first.length, second.toFixed()]; });`,
      `socket.on('whole', ({ of, maybe, rates, any }) => { if (of.kind === 'a') of.size.toFixed(); const what: unknown = any; void [what, maybe?.x.toFixed(), rates?.['usd']?.toFixed()]; });`,
      `socket.on('whole', ({ mixed, either }) => void [mixed?.city.length, mixed?.floor.toFixed(), mixed?.zip?.length, either?.length]);`,
      `socket.on('less', ({ address: { city } }) => city.length);`,
      `socket.on('picked', (payload) => { if ('root' in payload) payload.root.toFixed(); else void [payload.city.length, payload.street?.length, payload.x?.toFixed()]; });`,
      `import type { AB, ABNo2, ConnectedNo2, Event2Nd } from './events.d.ts'; void (0 as unknown as [AB, ABNo2, ConnectedNo2, Event2Nd]);`,
      `socket.on('سفارش', ({ tree }) => tree.value);`,
    );
    expect(said).toBe('');
  });

  test.each([
    ['a field that is omitted', `socket.on('less', ({ secret }) => secret);`, /'secret' does not exist/],
    ['a field omitted inside another', `socket.on('less', ({ address: { street } }) => street);`, /'street'/],
    [
      'a mapped field as certain whose parent may be null',
      `socket.on('picked', (payload) => { if ('city' in payload) payload.x.toFixed(); });`,
      /possibly 'undefined'/,
    ],
    ['a misspelt field of what is said in pieces', `socket.on('whole', ({ mixed }) => mixed?.flor);`, /'flor'/],
    ['a third item of a pair', `socket.on('whole', ({ pair }) => pair[2]);`, /'2'/],
  ])('refuse %s', async (_, line, words) => {
    expect(await compiled(await typescriptOf(config), line)).toMatch(words);
  });

  test('are the same text each time', async () => {
    expect(await typescriptOf(config)).toBe(await typescriptOf(config));
  });
});

describe('types of a durable route', () => {
  const route = { schema: '../schemas/news.json', target: 'broadcast' };
  const schemas = { 'news.json': { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } } };
  const types = typescriptOf(
    checkedContract({
      routes: { news: { ...route, event: 'news', source: 'stream' }, plain: { ...route, event: 'plain' } },
      schemas,
    }),
  );

  test('tell the position beside the payload, and what the gateway says of positions and gaps', async () => {
    const said = await compiled(
      await types,
      `import type { EventMeta } from './events.d.ts';`,
      `const keep = ({ route, e, id }: EventMeta) => { const position: string[] = [route, e, id]; void position; };`,
      `socket.on('news', ({ n }, meta) => { n.toFixed(); if (meta) keep(meta); });`,
      `socket.on('news', ({ n }) => void n.toFixed());`,
      `socket.on('plain', (_, meta) => { const trace: string | undefined = meta?.traceparent; void trace; });`,
      `socket.on('plain', ({ n }) => void n.toFixed()); socket.emit('gateway:ready');`,
      `socket.on('gateway:reset', ({ reason }) => reason === 'not-ready');`,
      `socket.on('gateway:position', (position) => { keep(position); position.resumed?.toFixed(); });`,
      `socket.on('gateway:reset', (reset) => { keep(reset); const reason: string = reset.reason; void reason; });`,
      `socket.on('gateway:gap', ({ from, routes }) => void [from.length, routes[0]?.length]);`,
      `socket.on('gateway:closing', ({ code, retry, after }) => { const back: boolean = retry; void [code.length, back, after.toFixed()]; });`,
    );
    expect(said).toBe('');
  });

  test.each([
    ['a position as certain', `socket.on('news', (_, meta) => meta.id);`, /possibly 'undefined'/],
    ['a position of another route', `socket.on('plain', (_, meta) => meta?.id);`, /'id' does not exist/],
    ['a trace context as certain', `socket.on('plain', (_, meta) => meta.traceparent);`, /possibly 'undefined'/],
    ['a reason that there is not', `socket.on('gateway:reset', ({ reason }) => reason === 'late');`, /no overlap/],
    ['a misspelt position', `socket.on('gateway:position', ({ epoch }) => epoch);`, /'epoch' does not exist/],
  ])('refuse %s', async (_, line, words) => {
    expect(await compiled(await types, line)).toMatch(words);
  });

  test('are not there without one', async () => {
    const plain = await typescriptOf(checkedContract({ routes: { plain: { ...route, event: 'plain' } }, schemas }));
    expect(plain).not.toMatch(/EventMeta|gateway:position|gateway:reset/);
    expect(await compiled(plain, `socket.on('gateway:gap', ({ reason }) => reason.length);`)).toBe('');
  });
});

describe('gateway types', () => {
  test('writes types of the file it is given, the same to standard output and to a file', async () => {
    const file = join(newFolder(), 'events.d.ts');
    const asked = ['types', '--file', 'config/routes.metargb.yaml'];
    const printed = runCommand(asked);
    expect(runCommand([...asked, '--out', file])).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(file, 'utf8')).toBe(printed.out);
    const line = `socket.on('user-status-changed', ({ user_id, online }) => { const is: boolean = online; void [is, user_id]; });`;
    expect(await compiled(printed.out, line)).toBe('');
  });

  test('tells what is wrong with the routes file, and exits with 78', () => {
    const { code, out, err } = runCommand(['types', '--file', 'nowhere.yaml']);
    expect([code, out]).toEqual([78, '']);
    expect(err).toContain('nowhere.yaml  error  does not exist');
  });

  test('with --json tells it as gateway check does, on standard output', () => {
    const { code, out, err } = runCommand(['types', '--file', 'nowhere.yaml', '--json']);
    expect([code, err]).toEqual([78, '']);
    expect(out).toBe(runCommand(['check', 'nowhere.yaml', '--json']).out);
    expect(JSON.parse(out)).toMatchObject({ file: 'nowhere.yaml', refused: true, findings: [{ severity: 'error' }] });
  });

  test('with --json tells findings beside the document, and in its place where a file gets it', () => {
    const file = join(newFolder(), 'events.d.ts');
    const checked = runCommand(['check', '--json']).out;
    const printed = runCommand(['types', '--json']);
    expect(printed).toEqual({ code: 0, out: runCommand(['types']).out, err: checked });
    expect(runCommand(['types', '--json', '--out', file])).toEqual({ code: 0, out: checked, err: '' });
    expect(readFileSync(file, 'utf8')).toBe(printed.out);
  });
});
