import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from './ports.ts';

export interface Prometheus {
  /** How many series the query answers with; throws with what is wrong with it. */
  query(expression: string): Promise<number>;
  /** What Grafana's `label_values(series, label)` offers. */
  labelValues(series: string, label: string): Promise<string[]>;
  /** Exemplars of a query in the last minutes. */
  exemplars(expression: string): Promise<number>;
}

/** A real one that scrapes this address each second, under the job's name. */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const port = await freePort();
  const config = { job_name: 'websocket-gateway', scrape_interval: '1s', static_configs: [{ targets: [target] }] };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify({ scrape_configs: [config] }));
  const options = [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--enable-feature=exemplar-storage',
  ];
  const child = spawn('prometheus', options, { stdio: 'ignore' });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
    await rm(folder, { recursive: true, force: true });
  });
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(JSON.stringify(body));
    return Reflect.get(Object(body), 'data');
  };
  const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
  while (!(await isReady(port))) await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    query: async (expression) =>
      lengthOf(Reflect.get(Object(await ask(`query?query=${encodeURIComponent(expression)}`)), 'result')),
    async labelValues(series, label) {
      const values = await ask(`label/${label}/values?match[]=${encodeURIComponent(series)}`);
      return Array.isArray(values) ? values.map(String) : [];
    },
    async exemplars(expression) {
      const now = Date.now() / 1000;
      return lengthOf(
        await ask(`query_exemplars?query=${encodeURIComponent(expression)}&start=${now - 300}&end=${now}`),
      );
    },
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok;
  } catch {
    return false;
  }
}
