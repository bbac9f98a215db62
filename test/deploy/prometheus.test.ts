import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { isObject } from '../../src/schema/json.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, createClient, type TestClient } from '../support/client.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { runProgram, type Program } from '../support/program.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { startRedis } from '../support/redis-server.ts';

const FOLDER = 'deploy/prometheus';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook: string };
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function alertsOf(rules: unknown): Alert[] {
  const groups = isObject(rules) ? list(rules['groups']) : [];
  return groups.flatMap((group) =>
    list(isObject(group) ? group['rules'] : []).flatMap((rule) => (isAlert(rule) ? [rule] : [])),
  );
}

function isAlert(rule: unknown): rule is Alert {
  return isObject(rule) && typeof rule['alert'] === 'string' && typeof rule['expr'] === 'string';
}

const ALERTS = alertsOf(parse(await readFile(`${FOLDER}/alerts.yml`, 'utf8')));
const DASHBOARD: unknown = JSON.parse(await readFile('deploy/grafana/dashboards/websocket-gateway.json', 'utf8'));

/** Every `expr` in the dashboard, with what Grafana puts in place of its variables. */
function dashboardQueries(): string[] {
  return textsAt(DASHBOARD, 'expr').map(withVariables);
}

/** What the dashboard's variables offer: `label_values(series, label)`. */
function variableQueries(): { series: string; label: string }[] {
  return textsAt(DASHBOARD, 'query').flatMap((query) => {
    const [, series, label] = /^label_values\((.+), (\w+)\)$/.exec(withVariables(query)) ?? [];
    return series !== undefined && label !== undefined ? [{ series, label }] : [];
  });
}

function withVariables(expr: string): string {
  return expr
    .replaceAll('$job', 'websocket-gateway')
    .replaceAll('$instance', '.*')
    .replaceAll('$__rate_interval', '1m');
}

/** All texts under that key, wherever it is. */
function textsAt(root: unknown, wanted: string): string[] {
  const found: string[] = [];
  JSON.stringify(root, (key, value: unknown) => {
    if (key === wanted && typeof value === 'string') found.push(value);
    return value;
  });
  return found;
}

function promtool(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: FOLDER, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describe('the files for Prometheus', () => {
  test.each([
    ['the scrape configuration', ['check', 'config', 'prometheus.yml']],
    ['the alerts', ['check', 'rules', '--lint-fatal', 'alerts.yml']],
    ['the test that fires each alert once', ['test', 'rules', 'alerts.test.yml']],
  ])('promtool accepts %s', (_, args) => {
    expect(promtool(...args)).toMatchObject({ status: 0, output: expect.stringContaining('SUCCESS') });
  });

  test('have each alert fire in the test, and lead to its words in the runbook', async () => {
    const names = ALERTS.map(({ alert }) => alert);
    expect(names.length).toBeGreaterThan(10);
    const fired = [
      ...(await readFile(`${FOLDER}/alerts.test.yml`, 'utf8')).matchAll(/alertname: (\w+)\n\s+exp_alerts:\n/g),
    ];
    expect(fired.map(([, name]) => name)).toEqual(names);
    const runbook = await readFile('docs/operations.md', 'utf8');
    expect([...runbook.matchAll(/^### (\w+)\n\n\S/gm)].map(([, name]) => name)).toEqual(names);
    expect(ALERTS.map(({ annotations }) => annotations.runbook)).toEqual(
      names.map((name) => `docs/operations.md#${name.toLowerCase()}`),
    );
  });
});

test('the provisioned data sources are all that Grafana is configured with', async () => {
  const folder = 'deploy/grafana/provisioning/datasources';
  const files = await Promise.all((await readdir(folder)).map(async (file) => readFile(join(folder, file), 'utf8')));
  const sources: unknown[] = files.map((text) => parse(text));
  const provisioned = textsAt(sources, 'uid');
  expect(provisioned).toContain('prometheus');
  const named = textsAt(sources, 'datasourceUid');
  expect(named).not.toEqual([]);
  expect(provisioned).toEqual(expect.arrayContaining(named));
});

const ORDER = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['user_id'],
  properties: { user_id: { type: 'integer' } },
};

async function routesFile(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'dashboard-'));
  await Promise.all(['config', 'schemas'].map((folder) => mkdir(join(root, folder))));
  await cp('schemas/common.schema.json', join(root, 'schemas/common.schema.json'));
  await writeFile(join(root, 'schemas/order.json'), JSON.stringify(ORDER));
  const route = { schema: '../schemas/order.json', target: { user: 'user_id' } };
  const routes = {
    orders: { event: 'order', ...route },
    bills: { event: 'bill', source: 'stream', ...route },
    refunds: { channel: 'orders', when: { user_id: 8 }, event: 'refund', ...route },
  };
  const file = join(root, 'config/routes.yaml');
  await writeFile(file, JSON.stringify({ version: 1, envelope: { time: 'at' }, routes }));
  return file;
}

/** Something of everything that the dashboard shows. */
async function traffic(publisher: Redis, program: Program, client: TestClient): Promise<void> {
  for (const message of [{ user_id: 7, at: Date.now() }, { user_id: 99 }, { user_id: 0 }, {}])
    await publisher.publish('orders', JSON.stringify(message));
  await client.next('order');
  await publisher.xadd('bills', '*', 'payload', JSON.stringify({ user_id: 7, at: Date.now() }));
  await client.next('bill');
  await createClient(program.url, { auth: { token: 'bad' } }).next('connect_error');
  (await connectClient(program.url, TOKENS.alice)).socket.disconnect();
}

test(
  'every query of dashboard and alerts has an answer, from a Prometheus that scrapes a gateway',
  { timeout: 60_000 },
  async () => {
    const [receiver, redis, auth] = await Promise.all([startOtlpReceiver(), startRedis(), startAuth()]);
    const program = await runProgram({
      REDIS_URL: redis.url,
      AUTH_SERVICE_ADDR: auth.address,
      ROUTES_FILE: await routesFile(),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    });
    await program.logged('subscribed to Redis');
    const prometheus = await startPrometheus(`127.0.0.1:${program.port}`);
    const client = await connectClient(program.url, TOKENS.alice);
    const publisher = new Redis(redis.url);
    onTestFinished(() => publisher.disconnect());

    // Alerts, and marks on the dashboard, are asked without their threshold: there must be something that could cross it.
    const bare = (expr: string): string => expr.replace(/ (==|>) [\d.]+$/, '');
    const shown = dashboardQueries().map((expr) => (expr.startsWith('increase') ? bare(expr) : expr));
    const queries = [...shown, ...ALERTS.map(({ expr }) => bare(expr))];
    expect(queries.length).toBeGreaterThan(40);
    const unanswered = async (): Promise<string[]> => {
      await traffic(publisher, program, client);
      const counts = await Promise.all(queries.map((query) => prometheus.query(query)));
      return queries.filter((_, i) => counts[i] === 0);
    };
    // Rates need two scrapes.
    await expect.poll(unanswered, { timeout: 50_000, interval: 500 }).toEqual([]);
    const offered = variableQueries().map(({ series, label }) => prometheus.labelValues(series, label));
    expect(await Promise.all(offered)).toEqual([['websocket-gateway'], [`127.0.0.1:${program.port}`]]);
    await expect.poll(() => prometheus.exemplars('gateway_lag_seconds_bucket'), { timeout: 20_000 }).toBeGreaterThan(0);
    await expect(prometheus.query('sum(')).rejects.toThrow('parse error');
  },
);
