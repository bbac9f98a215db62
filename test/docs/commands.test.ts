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
const commands = [...runCommand(['--help']).out.matchAll(/^ {2}([\w-]+) .*$/gm)]
  .map(([, name = '']) => name)
  .filter((name) => name !== 'help');

/** Long names of a command's options, from its own help, with those of its sub-commands. */
function optionsOf(...command: string[]): string[] {
  const { out } = runCommand([...command, '--help']);
  const own = [...out.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name = '']) => name);
  const [, inner = ''] = out.split('\nCommands:\n');
  const ofSubCommands = [...inner.matchAll(/^ {2}(\w+) /gm)].flatMap(([, name = '']) =>
    name === 'help' ? [] : optionsOf(...command, name),
  );
  return [...new Set([...own, ...ofSubCommands])].filter((name) => name !== '--help');
}

describe('docs/commands.md', () => {
  test('has a section for each command, and the README a row', () => {
    expect([...sections.keys()].toSorted()).toEqual(commands.toSorted());
    for (const command of commands) expect(README).toContain(`| \`npx gateway ${command}`);
  });

  // Several programs in sequence, each of which takes seconds on a busy machine.
  test.each(commands)('lists each option of gateway %s, and its exit codes', { timeout: 120_000 }, (command) => {
    const section = sections.get(command) ?? '';
    const listed = [...section.matchAll(/^\| `(--[\w-]+)/gm)].map(([, name = '']) => name);
    expect(listed.toSorted()).toEqual(optionsOf(command).toSorted());
    expect(section).toContain('Exit codes');
  });
});
