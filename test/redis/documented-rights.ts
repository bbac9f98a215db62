import { readFileSync } from 'node:fs';

const PAGE = readFileSync('docs/redis.md', 'utf8');

/** The rule of docs/redis.md for the channels of the default routes, as arguments of ACL SETUSER. */
export function documentedRule(password: string): string[] {
  const [, rule] = /^ACL SETUSER (gateway .*)$/m.exec(PAGE) ?? [];
  if (rule === undefined) throw new Error('docs/redis.md has no rule');
  return rule.replace('>secret', `>${password}`).split(/ (?![^(]*\))/);
}

/** The additional rights that docs/redis.md lists for a purpose. */
export function documentedRights(purpose: string): string[] {
  const row = PAGE.split('\n').find((line) => line.startsWith('| ') && line.endsWith(` ${purpose} |`));
  const [, rights] = /`(.+?)`/.exec(row ?? '') ?? [];
  if (rights === undefined) throw new Error(`docs/redis.md lists no rights for ${purpose}`);
  return rights.replaceAll('\\|', '|').split(' ');
}
