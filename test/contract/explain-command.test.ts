import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from './run-command.ts';

const SALE = '{"feature_id":1,"old_owner_id":7,"new_owner_id":8}';

function written(name: string, text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'explain-')), name);
  writeFileSync(file, text);
  return file;
}

describe('gateway explain', () => {
  test('reads a message from a file without its last line end, and says who gets what', () => {
    const { code, out } = runCommand(['explain', 'feature-status', written('sale.json', `${SALE}\n`)]);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'channel    feature-status',
      'routes     feature-owners',
      'message    50 bytes, a JSON object',
      '',
      'route      feature-owners',
      '  schema   ../schemas/feature-status.schema.json: valid',
      '  target   old_owner_id?  user 7',
      '           new_owner_id   user 8',
      '  rooms    user:7, user:8',
      '  event    feature-status-changed',
      '  payload  50 bytes',
      `           ${SALE}`,
      '',
    ]);
  });

  test('reads standard input; exit code 1 where a user would not hear it, with the reason', () => {
    const received = runCommand(['explain', 'feature-status', '-', '--user', '8'], SALE);
    expect(received).toMatchObject({ code: 0, out: expect.stringContaining('receives it: user 8 is in new_owner_id') });
    const unheard = runCommand(['explain', 'feature-status', '-', '--user', '9'], SALE);
    expect(unheard).toMatchObject({
      code: 1,
      out: expect.stringContaining('user 9   does not receive it: user 9 is not in old_owner_id, new_owner_id'),
    });
  });

  test('waits for standard input that is late', () => {
    const late = `(sleep 1; echo '${SALE}') | "$0" dist/main.js explain feature-status -`;
    const out = execFileSync('sh', ['-c', late, process.execPath], { encoding: 'utf8' });
    expect(out).toContain('message    50 bytes, a JSON object');
  });

  test('shows each place of a wrong message, exit code 1', () => {
    const { code, out } = runCommand(['explain', 'feature-status', '-'], '{"feature_id":0,"new_owner_id":"x"}');
    expect(code).toBe(1);
    expect(out).toMatch(/\/feature_id {4}must be >= 1 .* common\.schema\.json#\/\$defs\/id\/minimum {2}found 0\n/);
    expect(out).toMatch(/\/new_owner_id {2}must match pattern .* found "x"\n/);
    expect(out).toContain('dropped  invalid: it breaks the schema: must be >= 1 (common.schema.json#');
  });

  test('names the channel that was meant, exit code 1', () => {
    const { code, out } = runCommand(['explain', 'user-statsu', '-'], '{}');
    expect(code).toBe(1);
    expect(out).toContain('no route names this channel. Did you mean "user-status"?');
  });

  test('with --json prints one document', () => {
    const { code, out } = runCommand(['explain', 'feature-status', '-', '--json', '--user', '7'], SALE);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      channel: 'feature-status',
      bytes: 50,
      message: { readable: true },
      routes: [{ route: 'feature-owners', result: { kind: 'sent', payload: SALE }, client: { hears: true } }],
    });
  });

  test('goes by MAX_MESSAGE_BYTES and ROUTES_FILE, and --file wins', () => {
    const args = ['explain', 'feature-events', '-'];
    const status = '{"id":1,"rgb":"a"}';
    const metargb = { ROUTES_FILE: 'config/routes.metargb.yaml' };
    expect(runCommand(args, status, metargb).code).toBe(0);
    expect(runCommand([...args, '--file', 'config/routes.yaml'], status, metargb).code).toBe(1);
    const small = runCommand(args, status, { ...metargb, MAX_MESSAGE_BYTES: '5' });
    expect(small).toMatchObject({ code: 1, out: expect.stringContaining('18 bytes, at most 5 are taken') });
  });

  test('takes the message as JSON text, too', () => {
    const message = '{"user_id":7,"status":"online"}';
    const given = runCommand(['explain', 'user-status', ` ${message}`, '--json']);
    expect(given).toMatchObject({ code: 0, err: '' });
    expect(given.out).toContain('user-status-changed');
    expect(runCommand(['explain', 'user-status', message]).out).toBe(
      runCommand(['explain', 'user-status', '-'], message).out,
    );
  });

  test('never lets a message move the cursor of a terminal', () => {
    const { out } = runCommand(['explain', 'user-status', '-'], '{"user_id":7,"status":"\u009b31m\u202e"}');
    expect(out).toContain('"\\u009b31m\\u202e"');
  });

  test.each([
    [['explain', 'user-status', 'none.json'], 64, 'the message cannot be read'],
    [
      ['explain', 'user-status', '-', '--user', '07'],
      64,
      '--user is "07"; allowed is anonymous, or a user id: a whole number',
    ],
    [['explain', 'user-status'], 64, "missing required argument 'payload'"],
    [['explain', 'user-status', '-', '--file', 'none.yaml'], 78, 'none.yaml  error  does not exist'],
  ])('%j ends with %d: %s', (args, code, told) => {
    expect(runCommand(args, '{}')).toMatchObject({ code, out: '', err: expect.stringContaining(told) });
  });
});
