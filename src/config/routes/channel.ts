/** Each brace that a routes file writes twice is one of the channel's name; single ones are kept for variables. */
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
