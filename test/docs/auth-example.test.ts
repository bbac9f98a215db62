import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { checkerOf, recordingTrace } from '../auth/checker.ts';
import { freePort } from '../support/ports.ts';

/** The auth service in Node of docs/authentication.md, with one user. */
function authService(port: number): string {
  const [, code = ''] =
    /^```javascript\n(\/\/ Node: [\s\S]*?)^```$/m.exec(readFileSync('docs/authentication.md', 'utf8')) ?? [];
  const lines = code.replace('50051', String(port)).replace('() => {}', "() => console.log('ready')");
  return `const users = new Map([['1|token', '7']]);\n${lines}`;
}

test('the auth service in Node of docs/authentication.md identifies users and refuses other tokens', async () => {
  const port = await freePort();
  const service = spawn(process.execPath, ['--input-type=module', '--eval', authService(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void service.kill());
  await once(service.stdout, 'data');

  const checker = checkerOf(`127.0.0.1:${port}`);
  expect(await checker.check('1|token', recordingTrace())).toEqual({ kind: 'valid', identity: { user: '7' } });
  expect(await checker.check('2|other', recordingTrace())).toEqual({ kind: 'invalid' });
});
