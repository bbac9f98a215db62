import { cp, mkdir, mkdtemp, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, hearsNothingBefore } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { runProgram } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';

const DEFAULT = await readFile('config/routes.yaml', 'utf8');
const extraRoute = (event: string): string => `${DEFAULT}
  extra:
    event: ${event}
    schema: ../schemas/user-status.schema.json
    target: broadcast
`;
const BROKEN = DEFAULT.replace('event: user-status-changed', 'evnt: user-status-changed');
const STATUS = { user_id: 7, status: 'online' };

async function copyOfConfig(): Promise<{ root: string; file: string }> {
  const root = await mkdtemp(join(tmpdir(), 'reload-'));
  await mkdir(join(root, 'config'));
  await cp('schemas', join(root, 'schemas'), { recursive: true });
  const file = join(root, 'config', 'routes.yaml');
  await writeFile(file, DEFAULT);
  return { root, file };
}

async function stage() {
  const [redis, auth, config] = await Promise.all([startRedis(), startAuth(), copyOfConfig()]);
  return {
    redis,
    ...config,
    environment: { REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, ROUTES_FILE: config.file },
  };
}

describe('a reload', () => {
  test('a hundred times under load, good and broken in turn: no socket drops, nothing is lost or doubled', async () => {
    const { redis, file, environment } = await stage();
    const gateway = await startGateway(environment);
    await untilReady(gateway);
    const clients = await Promise.all([
      connectClient(gateway.url, TOKENS.alice),
      connectClient(gateway.url, TOKENS.bob, { transports: ['polling'] }),
    ]);
    const drops: string[] = [];
    for (const { socket } of clients) socket.on('disconnect', (reason) => drops.push(reason));
    let sent = 0;
    const reloaded = new AbortController();
    const load = (async () => {
      while (!reloaded.signal.aborted) {
        await redis.publish('user-status', { user_id: 7, status: String(sent) });
        sent += 1;
      }
    })();

    for (let round = 0; round < 100; round += 1) {
      await writeFile(file, [extraRoute(`extra-${round}`), BROKEN, DEFAULT, 'no: [yaml'][round % 4] ?? '');
      await gateway.reload();
    }
    reloaded.abort();
    await load;
    await redis.publish('user-status', { user_id: 7, status: 'last' });

    expect(drops).toEqual([]);
    for (const client of clients) {
      await expect.poll(() => client.received.length).toBe(sent + 1);
      const numbers = client.received.map(({ event, args }) =>
        event === 'user-status-changed' ? Object(args[0]).status : event,
      );
      expect(numbers).toEqual([...Array.from({ length: sent }, (_, number) => String(number)), 'last']);
    }
    expect(sent).toBeGreaterThan(100);
    expect(await gateway.get('/health')).toMatchObject({ status: 200, body: { plan: { number: 51, routes: 3 } } });
    expect(await gateway.metric('gateway_reloads_total{outcome="applied"}')).toBe(50);
    // The watch sees the files too, so a broken one may be refused twice.
    expect(await gateway.metric('gateway_reloads_total{outcome="refused"}')).toBeGreaterThanOrEqual(50);
  }, 60_000);

  test('receives new channels from then on, and the old ones no longer', async () => {
    const { redis, file, environment } = await stage();
    const gateway = await startGateway(environment);
    await untilReady(gateway);
    const client = await connectClient(gateway.url, TOKENS.alice);
    await writeFile(file, extraRoute('extra-received'));
    expect((await gateway.reload()).kind).toBe('applied');
    await redis.publish('extra', STATUS);
    expect(await client.next('extra-received')).toEqual([STATUS]);

    await writeFile(file, DEFAULT);
    await gateway.reload();

    expect(await redis.publish('extra', STATUS)).toBe(0);
    expect((await gateway.reload()).kind).toBe('unchanged');
    await hearsNothingBefore(client);
    expect(client.received.filter(({ event }) => event === 'extra-received')).toHaveLength(1);
  });

  test('takes a changed schema over, too', async () => {
    const { redis, root, environment } = await stage();
    const gateway = await startGateway(environment);
    await untilReady(gateway);
    const client = await connectClient(gateway.url, TOKENS.alice);
    const schema = join(root, 'schemas', 'user-status.schema.json');
    await writeFile(
      schema,
      (await readFile(schema, 'utf8'))
        .replace('"type": "string", "minLength": 1', '"const": "away"')
        .replace(/"examples": \[[\s\S]*\]/, '"examples": []'),
    );
    expect((await gateway.reload()).kind).toBe('applied');
    await redis.publish('user-status', STATUS);
    await redis.publish('user-status', { user_id: 7, status: 'away' });
    expect(await client.next('user-status-changed')).toEqual([{ user_id: 7, status: 'away' }]);
  });
});

describe('/health', () => {
  test('reports how the last reload ended, and is degraded from one that was refused to the next good one', async () => {
    const { file, environment } = await stage();
    const gateway = await startGateway(environment);
    await untilReady(gateway);
    expect(Object(await gateway.get('/health')).body.plan).not.toHaveProperty('reload');
    const health = (outcome: unknown, number: number, problems: unknown[] = []) => ({
      status: 200,
      body: {
        status: problems.length > 0 ? 'degraded' : 'healthy',
        problems,
        plan: { number, reload: { outcome, at: expect.any(String) } },
      },
    });

    const before = Date.now();
    await gateway.reload();
    const told = await gateway.get('/health');
    expect(told).toMatchObject(health('unchanged', 1));
    const at = Date.parse(Object(told).body.plan.reload.at);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());

    await writeFile(file, BROKEN);
    await gateway.reload();
    expect(await gateway.get('/health')).toMatchObject(
      health('refused', 1, [expect.stringMatching(/^reload: the last one was refused/)]),
    );

    await writeFile(file, extraRoute('extra-1'));
    await gateway.reload();
    // The watch sees the file too, and finds nothing changed when it comes second.
    expect(await gateway.get('/health')).toMatchObject(health(expect.stringMatching(/^(applied|unchanged)$/), 2));
  });
});

describe('the program reloads by itself', () => {
  test('when the file is written, and reports what is wrong when that is refused', async () => {
    const { file, environment } = await stage();
    const program = await runProgram(environment);
    await program.logged('subscribed to Redis');
    await writeFile(file, BROKEN);
    const refused = await program.logged('routes not reloaded: the previous routes stay in force');
    expect(String(refused['findings'])).toMatch(/unknown key "evnt"/);
    expect((await program.get('/health')).status).toBe(200);

    await writeFile(`${file}.new`, extraRoute('extra-1'));
    await rename(`${file}.new`, file);
    expect(await program.loggedNext('routes reloaded')).toMatchObject({ plan: 2, routes: 4 });
    await writeFile(file, DEFAULT);
    expect(await program.loggedNext('routes reloaded')).toMatchObject({ plan: 3, routes: 3 });
  });

  test('and reports routes that allow more than ever arrives, as at the start', async () => {
    const { file, environment } = await stage();
    const withLimit = (bytes: number): string => `${extraRoute('extra')}    max_bytes: ${bytes}\n`;
    await writeFile(file, withLimit(2001));
    const program = await runProgram({ ...environment, MAX_MESSAGE_BYTES: '2000' });
    const warning = 'max_bytes exceeds MAX_MESSAGE_BYTES and has no effect';
    const told = { routes: ['extra'], maxMessageBytes: 2000 };
    expect(await program.loggedNext(warning)).toMatchObject(told);
    await program.logged('subscribed to Redis');

    await writeFile(file, withLimit(2000));
    await program.loggedNext('routes reloaded');
    await writeFile(file, withLimit(3000));
    expect(await program.loggedNext(warning)).toMatchObject(told);
    await program.loggedNext('routes reloaded');
    expect(program.output().split(warning)).toHaveLength(3);
  });

  test('when a ConfigMap is swapped, each time', async () => {
    const { root, environment } = await stage();
    const mounted = join(root, 'mounted');
    await mkdir(mounted);
    const swap = async (name: string, text: string): Promise<void> => {
      await mkdir(join(mounted, name));
      await writeFile(join(mounted, name, 'routes.yaml'), text);
      await symlink(name, join(mounted, '..data_tmp'));
      await rename(join(mounted, '..data_tmp'), join(mounted, '..data'));
    };
    await swap('..1', DEFAULT);
    await symlink('..data/routes.yaml', join(mounted, 'routes.yaml'));
    const program = await runProgram({ ...environment, ROUTES_FILE: join(mounted, 'routes.yaml') });
    await program.logged('subscribed to Redis');
    for (const round of [2, 3, 4]) {
      await swap(`..${round}`, extraRoute(`extra-${round}`));
      expect(await program.loggedNext('routes reloaded')).toMatchObject({ plan: round });
    }
  });

  test('on SIGHUP, and says what needs a restart', async () => {
    const { root, environment } = await stage();
    await writeFile(join(root, '.env'), 'LOG_LEVEL=debug\n');
    const program = await runProgram(environment, ['start'], root);
    await program.logged('subscribed to Redis');
    program.signal('SIGHUP');
    await program.loggedNext('routes read again: unchanged');
    await writeFile(join(root, '.env'), 'LOG_LEVEL=debug\nAUTH_MODE=optional\n');
    program.signal('SIGHUP');
    const told = await program.logged('routes not reloaded: these changes need a restart');
    expect(told['changed']).toEqual(['AUTH_MODE']);
  });

  test('never to another kind of user ids, which needs a restart', async () => {
    const { root, environment, file } = await stage();
    const program = await runProgram(environment, ['start'], root);
    await program.logged('subscribed to Redis');
    const broadcast = '{ event: e, schema: ../schemas/user-status.schema.json, target: broadcast, audience: anyone }';
    await writeFile(file, `version: 1\nidentity: { user_id: text }\nroutes: { user-status: ${broadcast} }\n`);
    const line = await program.logged('routes not reloaded: these changes need a restart');
    expect(line['changed']).toEqual(['identity.user_id']);
  });
});
