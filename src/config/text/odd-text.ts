import type { FindingCode, Severity } from './findings.ts';
import { unseenIn } from './unseen.ts';

/** A problem of a name in a routes file; `message` is the end of a sentence. */
export interface Oddity {
  readonly code: Extract<FindingCode, 'unfilled-placeholder' | 'odd-characters'>;
  readonly severity: Severity;
  readonly message: string;
}

/** Placeholders of tools; no real name has this form. */
const PLACEHOLDERS = [
  /\$\{[^}]*\}/, // shell, Compose, JavaScript, Spring
  /\{\{[^}]*\}\}/, // Helm, Jinja, Mustache, Ansible
  /\{%[^%]*%\}/, // Jinja
  /#\{[^}]*\}/, // Ruby, Azure DevOps
  /%\([^)]*\)[sdr]/, // Python
  /<%[^%]*%>/, // ERB, EJS
  /\$\([^)]*\)/, // Kubernetes, Make, shell
  /\[\[[^\]]*\]\]/, // Go templates with other brackets
];

/** Forms that are probably placeholders, though a real name may have them. */
const SUSPECTS = [
  /\$[A-Z_][A-Z0-9_]*/, // $CHANNEL_PREFIX
  /%[A-Za-z_][A-Za-z0-9_]*%/, // %CHANNEL%, of Windows
  /<[A-Za-z][A-Za-z0-9 _-]*>/, // <channel>, of a manual
  /@@?[A-Z_][A-Z0-9_]*@@?/, // @CHANNEL@, of autoconf and Maven
  /__[A-Z][A-Z0-9_]*__/, // __CHANNEL__, of sed
];

/** Typographic quotes, which word processors and chats put in place of plain ones. */
const QUOTES = /[\u2018-\u201f\u2039\u203a\u00ab\u00bb\u300c-\u300f]/u;

/** Scripts with letters that look like Latin ones. */
const LOOK_ALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\uff21-\uff5a]/u;

/** @param braces whether doubled braces mean single ones, so that only those with blanks or dots are a template. */
export function oddities(text: string, braces = false): Oddity[] {
  const placeholder = placeholderIn(text, braces);
  const character = characterIn(text);
  return [...(placeholder ? [placeholder] : []), ...(character ? [character] : [])];
}

function placeholderIn(text: string, braces: boolean): Oddity | undefined {
  const judged = braces ? text.replaceAll(/\{\{(?!\.)[^{}\s$|()]+\}\}/g, '') : text;
  const oddity = (found: string, severity: Severity, rest: string): Oddity => {
    return { code: 'unfilled-placeholder', severity, message: `holds ${JSON.stringify(found)}, ${rest}` };
  };
  const certain = firstOf(PLACEHOLDERS, judged);
  if (certain !== undefined)
    return oddity(certain, 'error', 'a placeholder that nothing fills in; write the name itself');
  const likely = firstOf(SUSPECTS, judged);
  if (likely === undefined) return undefined;
  return oddity(likely, 'warning', 'which looks like a placeholder, and nothing fills it in. Write the name itself');
}

function firstOf(patterns: readonly RegExp[], text: string): string | undefined {
  return patterns.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined);
}

function characterIn(text: string): Oddity | undefined {
  const message = characterWords(text);
  return message === undefined ? undefined : { code: 'odd-characters', severity: 'warning', message };
}

function characterWords(text: string): string | undefined {
  const unseen = unseenIn(text);
  if (unseen !== undefined) return `holds ${named(unseen)}, which is invisible; remove it`;
  if (text !== text.trim()) return 'begins or ends with white space; remove it';
  const quote = QUOTES.exec(text)?.[0];
  if (quote !== undefined)
    return `holds ${named(quote)}, a typographic quote; YAML knows " and ' only, so it is part of the name`;
  const alike = LOOK_ALIKE.exec(text)?.[0];
  if (alike !== undefined && /[A-Za-z]/.test(text))
    return `holds ${named(alike)} among Latin letters, which looks like one of them; type it again`;
  if (text !== text.normalize('NFC'))
    return 'holds a letter and its accent as two characters (Unicode NFD); most publishers write them as one (NFC)';
  return undefined;
}

/** Formats `U+00A0`, with the character where it is visible. */
function named(character: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return unseenIn(character) === character ? code : `${code} (${character})`;
}
