import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

/**
 * A message, or why there is none. The line end that editors put at the end of a file is not published.
 *
 * @param path `-` is standard input.
 */
export async function readMessageFile(path: string): Promise<Buffer | string> {
  try {
    const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path);
    const ends = bytes.subarray(-2).toString('latin1');
    return bytes.subarray(0, bytes.length - (ends === '\r\n' ? 2 : ends.endsWith('\n') ? 1 : 0));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `the message cannot be read: ${error.message}. Name a file that holds it, or - for standard input`;
  }
}
