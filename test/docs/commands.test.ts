import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../contract/run-command.ts';

const DOCS = await readFile('docs/commands.md', 'utf8');
const README = await readFile('README.md', 'utf8');
const sections = new Map(
  DOCS.split(/^## gateway /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
);
const commands = [...runCommand(['--help']).out.matchAll(/^ {2}(\w+) .*$/gm)]
  .map(([, name = '']) => name)
  .filter((name) => name !== 'help');

/** Long names of a command's options, by its own help; with those of its commands, if it has any. */
function optionsOf(...command: string[]): string[] {
  const { out } = runCommand([...command, '--help']);
  const own = [...out.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name = '']) => name);
  const [, inner = ''] = out.split('\nCommands:\n');
  const theirs = [...inner.matchAll(/^ {2}(\w+) /gm)].flatMap(([, name = '']) =>
    name === 'help' ? [] : optionsOf(...command, name),
  );
  return [...new Set([...own, ...theirs])].filter((name) => name !== '--help');
}

describe('docs/commands.md', () => {
  test('has a section for each command, and the README a line', () => {
    expect([...sections.keys()].toSorted()).toEqual(commands.toSorted());
    for (const command of commands) expect(README).toContain(`| \`npx gateway ${command}`);
  });

  // Several programs one after the other, each of which takes seconds on a machine that has other work.
  test.each(commands)('tells each option of gateway %s, and its exit codes', { timeout: 120_000 }, (command) => {
    const section = sections.get(command) ?? '';
    const told = [...section.matchAll(/^\| `(--[\w-]+)/gm)].map(([, name = '']) => name);
    expect(told.toSorted()).toEqual(optionsOf(command).toSorted());
    expect(section).toContain('Exit codes');
  });
});
