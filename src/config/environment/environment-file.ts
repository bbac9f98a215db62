import { isUtf8 } from 'node:buffer';
import { parseEnv } from 'node:util';

/** The variables in the bytes of a file `.env`; throws where they are no text in UTF-8, in words that follow the file's name. */
export function parseEnvironmentFile(bytes: Buffer): Record<string, string | undefined> {
  const start = bytes.subarray(0, 2).toString('latin1');
  if (start === '\u00ff\u00fe' || start === '\u00fe\u00ff' || bytes.includes(0))
    throw new Error('is text in UTF-16, as PowerShell writes it; save it as UTF-8');
  if (!isUtf8(bytes)) throw new Error('is not text in UTF-8; save it as UTF-8');
  // A byte order mark would become a part of the first name, also of the first one of a file that was appended.
  return parseEnv(bytes.toString('utf8').replaceAll(/^\uFEFF+/gm, ''));
}
