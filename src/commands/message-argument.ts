import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

/**
 * A message, or why there is none. The line end that editors put at the end of a file is not published.
 *
 * @param path a file, `-` for standard input, or the message itself where it begins as JSON does.
 */
export async function readMessage(path: string): Promise<Buffer | string> {
  if (/^\s*[{["]/.test(path)) return Buffer.from(path);
  try {
    const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path);
    const ends = bytes.subarray(-2).toString('latin1');
    return bytes.subarray(0, bytes.length - (ends === '\r\n' ? 2 : ends.endsWith('\n') ? 1 : 0));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `the message cannot be read: ${error.message}. Name a file that holds it, - for standard input, or give it as JSON text`;
  }
}
