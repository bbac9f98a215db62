import { printable } from '../../config/text/findings.ts';
import type { Change } from './change.ts';
import type { FieldReceivers } from './receivers.ts';
import { concerned, summaryOf } from './text.ts';

/** GitHub refuses longer comments. */
const LONGEST = 65_000;

/** A comment for a pull request: a summary, the changes, and who receives each field that concerns others than before. */
export function diffMarkdown(changes: readonly Change[], receivers: readonly FieldReceivers[]): string {
  if (changes.length === 0 && receivers.length === 0) return '**Routes:** nothing of the contract changed.\n';
  const head = `**Routes:** ${summaryOf(changes)}\n`;
  const parts = [
    table(['level', 'where', 'what', 'concerns'], changes.map(changeRow)),
    receivers.length === 0
      ? []
      : [
          '',
          `<details><summary>Who receives each field: ${receivers.length} differ</summary>`,
          '',
          ...table(['event', 'field', 'before', 'after'], receivers.map(receiverRow)),
          '',
          '</details>',
        ],
  ];
  return cut(head, parts.flat());
}

function changeRow(one: Change): string[] {
  const { level, route, event, what } = one;
  const where = [route === undefined ? 'all routes' : `route ${route}`, event === undefined ? '' : `event ${event}`];
  const effects = concerned(one).map(({ party, why }) => `${escape(party)}: ${escape(why)}`);
  const shown = level === 'safe' ? level : `**${level}**`;
  return [shown, escape(where.filter((part) => part !== '').join(', ')), escape(what), effects.join('<br>')];
}

function receiverRow({ event, field, before, after }: FieldReceivers): string[] {
  const who = (list: readonly string[]): string => (list.length === 0 ? 'no client' : list.map(escape).join('<br>'));
  return [escape(event), escape(field === '*' ? 'undeclared fields' : field), who(before), who(after)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

/** Names come from a pull request: none becomes markup, a mention or a link. */
function escape(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~]/g, String.raw`\$&`)
    .replaceAll('@', '&#64;')
    .replaceAll('://', '&#58;//');
}

/** Leaves out whole lines at the end, and says how many. */
function cut(head: string, lines: readonly string[]): string {
  let size = head.length;
  const kept = lines.filter((line) => (size += line.length + 1) < LONGEST);
  const left = lines.length - kept.length;
  const note = left === 0 ? [] : ['', `${left} more lines are left out; \`gateway diff\` prints them all.`];
  const isOpen = kept.some((line) => line.startsWith('<details>')) && !kept.includes('</details>');
  return `${[head, ...kept, ...(isOpen ? ['', '</details>'] : []), ...note].join('\n')}\n`;
}
