import { isUtf8 } from 'node:buffer';
import { parseEnv } from 'node:util';

/** Parses the bytes of a file `.env`. Throws where they are not UTF-8, with a message that follows the file's name. */
export function parseEnvironmentFile(bytes: Buffer): Record<string, string | undefined> {
  const start = bytes.subarray(0, 2).toString('latin1');
  if (start === '\u00ff\u00fe' || start === '\u00fe\u00ff' || bytes.includes(0))
    throw new Error('is UTF-16 text, as PowerShell writes it; save it as UTF-8');
  if (!isUtf8(bytes)) throw new Error('is not UTF-8 text; save it as UTF-8');
  // A byte order mark would become part of the first name, also where a second file was appended.
  return parseEnv(bytes.toString('utf8').replaceAll(/^\uFEFF+/gm, ''));
}
