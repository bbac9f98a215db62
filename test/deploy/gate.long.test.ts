import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';

const GATE = resolve('examples/ci/gate.sh');
const GATEWAY = `${process.execPath} ${resolve('dist/main.js')}`;

function git(folder: string, ...args: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'init.defaultBranch=main'];
  const env = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_GLOBAL: '/dev/null' };
  const { status, stderr } = spawnSync('git', [...identity, ...args], { cwd: folder, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** A repository with the default routes on `main`, and a branch with this change of the routes file. */
function repository(change: (text: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gate-'));
  for (const one of ['config', 'schemas']) cpSync(one, join(folder, one), { recursive: true });
  git(folder, 'init', '--quiet');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '-m', 'the routes');
  git(folder, 'checkout', '--quiet', '-b', 'change');
  const file = join(folder, 'config', 'routes.yaml');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  if (change === opened) {
    const tests = join(folder, 'config', 'routes.test.yaml');
    writeFileSync(tests, readFileSync(tests, 'utf8').replaceAll('to: authenticated', 'to: anyone'));
  }
  git(folder, 'commit', '--quiet', '--allow-empty', '-am', 'a change');
  return folder;
}

interface Ran {
  readonly code: unknown;
  readonly out: string;
}

async function gate(folder: string, variables: Record<string, string> = {}): Promise<Ran> {
  const env = { PATH: process.env['PATH'], HOME: folder, GATEWAY, BASE: 'main', ...variables };
  const child = spawn('bash', [GATE], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code] = await once(child, 'close');
  return { code, out };
}

const opened = (text: string): string => text.replace('target: broadcast', 'target: broadcast\n    audience: anyone');

describe('the gate of a pull request', () => {
  test('passes a branch that changes nothing', async () => {
    const { code, out } = await gate(repository((text) => text));
    expect(out).toContain('**Routes:** nothing of the contract changed.');
    expect(code).toBe(0);
  });

  test('shows who receives more, and fails at the level that is asked for', async () => {
    const folder = repository(opened);
    const passing = await gate(folder);
    expect(passing).toMatchObject({ code: 0, out: expect.stringContaining('audience is opened to anyone') });
    expect(passing.out).toContain('Who receives each field');
    expect((await gate(folder, { FAIL_ON: 'risky' })).code).toBe(1);
    expect((await gate(folder, { FAIL_ON: 'never' })).code).toBe(0);
  });

  test('fails for a routes file with errors, with annotations on GitHub', async () => {
    const folder = repository((text) => text.replace('event: user-status-changed', 'evnt: user-status-changed'));
    const { code, out } = await gate(folder, { GITHUB_ACTIONS: 'true' });
    expect(code).toBe(1);
    expect(out).toMatch(/^::error file=config\/routes\.yaml,line=\d+/m);
  });

  test('fails where the base is mistyped, because nothing is compared', async () => {
    const { code, out } = await gate(
      repository((text) => text),
      { BASE: 'mian' },
    );
    expect(out).toContain('The revision mian is not in this repository');
    expect(code).toBe(1);
  });

  test('fails for a route without a test', async () => {
    const extra =
      '\n  extra:\n    event: extra\n    schema: ../schemas/user-status.schema.json\n    target: broadcast\n';
    expect((await gate(repository((text) => text + extra))).code).toBe(1);
  });

  test('writes the summary, types and AsyncAPI where they are asked for', async () => {
    const folder = repository(opened);
    const at = (name: string): string => join(folder, name);
    const { code } = await gate(folder, {
      GITHUB_STEP_SUMMARY: at('summary'),
      GITHUB_OUTPUT: at('output'),
      CHANGES: 'changes',
      TYPES: 'types.ts',
      ASYNCAPI: 'asyncapi.json',
    });
    expect(code).toBe(0);
    expect(readFileSync(at('summary'), 'utf8')).toContain('| **risky** |');
    expect(readFileSync(at('output'), 'utf8')).toBe('changes=changes\n');
    expect(readFileSync(at('types.ts'), 'utf8')).toContain('ServerToClientEvents');
    expect(JSON.parse(readFileSync(at('asyncapi.json'), 'utf8'))).toMatchObject({ asyncapi: '3.0.0' });
  });

  test('writes one comment, which later runs replace', async () => {
    const comments: { id: number; body: string }[] = [];
    const calls: string[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        calls.push(`${request.method} ${request.headers.authorization}`);
        const body: unknown = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
        if (request.method === 'POST') comments.push({ id: 7, body: String(Object(body).body) });
        if (request.method === 'PATCH') comments[0] = { id: 7, body: String(Object(body).body) };
        response.end(JSON.stringify(request.method === 'GET' ? comments : {}));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    const address = server.address();
    const api = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const variables = { GITHUB_API_URL: api, GITHUB_REPOSITORY: 'a/b', COMMENT_TOKEN: 'secret', PULL_REQUEST: '3' };
    const folder = repository(opened);
    for (let run = 0; run < 2; run += 1) expect((await gate(folder, variables)).out).not.toContain('secret');
    expect(comments).toHaveLength(1);
    expect(comments[0]?.body).toMatch(/^<!-- metargb-websocket-gateway -->\n\*\*Routes:\*\* 0 breaking, 1 risky/);
    expect(calls).toEqual(['GET', 'POST', 'GET', 'PATCH'].map((method) => `${method} Bearer secret`));
  });

  test('does not run what an input says', async () => {
    const folder = repository((text) => text);
    mkdirSync(join(folder, 'x'));
    await gate(folder, { BASE: '$(touch x/run)', ROUTES: 'config/routes.yaml; touch x/run' });
    expect(spawnSync('ls', [join(folder, 'x')], { encoding: 'utf8' }).stdout).toBe('');
  });

  test('does not read a base as an option of git, which may name a program', async () => {
    const folder = repository((text) => text);
    mkdirSync(join(folder, 'x'));
    git(folder, 'remote', 'add', 'origin', folder);
    await gate(folder, { BASE: '--upload-pack=touch x/run;' });
    expect(spawnSync('ls', [join(folder, 'x')], { encoding: 'utf8' }).stdout).toBe('');
  });
});

describe('action.yml', () => {
  const action: unknown = parse(readFileSync('action.yml', 'utf8'));
  const steps: Record<string, unknown>[] = Object(action).runs.steps;

  test('hands every input to the script as a variable, and puts none into its text', () => {
    const [gateStep] = steps;
    expect(String(gateStep?.['run'])).not.toContain('${{');
    const used = Object.values(Object(gateStep?.['env'])).join(' ');
    for (const input of Object.keys(Object(action).inputs)) expect(used).toContain(`inputs.${input}`);
  });

  test('runs a script that is there, and that the package brings along', () => {
    expect(String(steps[0]?.['run'])).toContain('examples/ci/gate.sh');
    const { files } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(files).toContain('examples/ci');
  });
});
