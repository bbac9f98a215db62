/** A doubled brace in a routes file is one brace of the channel's name; single braces are reserved for variables. */
const DOUBLED = /\{\{|\}\}/g;

/** `{{order}}:events` → `{order}:events`. */
export function exactChannel(written: string): string {
  return written.replaceAll(DOUBLED, ([brace = '']) => brace);
}

/** As a routes file has it. */
export function writtenChannel(channel: string): string {
  return channel.replaceAll(/[{}]/g, '$&$&');
}

export function hasSingleBrace(written: string): boolean {
  return /[{}]/.test(written.replaceAll(DOUBLED, ''));
}
