import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { VARIABLES } from '../../src/config/environment/variables.ts';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import { startGateway } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Deployment {
  readonly spec: {
    readonly selector: { matchLabels: object };
    readonly template: {
      readonly metadata: { labels: object };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [
          {
            readonly livenessProbe: { httpGet: { path: string } };
            readonly readinessProbe: { httpGet: { path: string } };
            readonly volumeMounts: readonly { name: string; mountPath: string }[];
          },
        ];
        readonly volumes: readonly { name: string; configMap: { name: string } }[];
      };
    };
  };
}
interface Selecting {
  readonly spec: { selector: object };
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const { spec: deployment }: Deployment = parse(read('deploy/kubernetes/deployment.yaml'));
const compose: { 'x-gateway': { stop_grace_period: string } } = parse(read('deploy/compose.yaml'), { merge: true });
const { spec: service }: Selecting = parse(read('deploy/kubernetes/service.yaml'));
const { spec: budget }: Selecting = parse(read('deploy/kubernetes/pdb.yaml'));
/** What `kubectl create configmap --from-file=<folder>/` puts into each, as deploy/README.md says. */
const FOLDERS = new Map([
  ['gateway-config', 'config'],
  ['gateway-schemas', 'schemas'],
]);
const pod = deployment.template.spec;
const [container] = pod.containers;

test.each(globSync('config/*.yaml', { cwd: ROOT, exclude: ['**/*.test.yaml'] }))(
  '%s finds all its schemas in the mounted ConfigMaps',
  (file) => {
    const root = mkdtempSync(join(tmpdir(), 'pod-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    for (const { name, mountPath } of container.volumeMounts) mountAsKubelet(name, join(root, mountPath));

    const { config, findings } = loadRoutes(join(root, 'app', file), undefined);

    expect(findings).toEqual([]);
    expect(config?.routes.length).toBeGreaterThan(0);
  },
);

/** Files lie in a folder named by date, `..data` points at it, and what one sees are links into `..data`. */
function mountAsKubelet(volumeName: string, folder: string): void {
  const source = FOLDERS.get(pod.volumes.find(({ name }) => name === volumeName)?.configMap.name ?? '') ?? '';
  const dated = '..2026_11_23_00_00_00.123456789';
  mkdirSync(join(folder, dated), { recursive: true });
  symlinkSync(dated, join(folder, '..data'));
  for (const file of globSync('*.*', { cwd: join(ROOT, source) })) {
    copyFileSync(join(ROOT, source, file), join(folder, dated, file));
    symlinkSync(join('..data', file), join(folder, file));
  }
}

test('without Redis the probes call a pod alive, but not ready', async () => {
  const gateway = await startGateway({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` });

  expect((await gateway.get(container.livenessProbe.httpGet.path)).status).toBe(200);
  expect((await gateway.get(container.readinessProbe.httpGet.path)).status).toBe(503);
});

test.each([
  ['the Deployment', pod.terminationGracePeriodSeconds],
  ['compose.yaml', Number.parseInt(compose['x-gateway'].stop_grace_period)],
])('%s gives a stop 5 s more than it may take by default', (_, seconds) => {
  const [preDrain, drainFor] = [VARIABLES.preDrain, VARIABLES.drainFor].map(({ fallback }) => Number(fallback));
  expect(seconds).toBeGreaterThanOrEqual((preDrain ?? Infinity) + (drainFor ?? Infinity) + 5);
});

test('Deployment, Service and PodDisruptionBudget select the pods', () => {
  const { labels } = deployment.template.metadata;

  expect(deployment.selector.matchLabels).toEqual(labels);
  expect(service.selector).toEqual(labels);
  expect(budget.selector).toEqual({ matchLabels: labels });
});
