import { InvalidArgumentError } from 'commander';
import type { Register } from './terminal.ts';
import { registerDocument } from './write-document.ts';

function hostName(text: string): string {
  const url = URL.canParse(`http://${text}`) ? new URL(`http://${text}`) : undefined;
  // What a URL reads in another way is no host: a path, a user, a blank, a scheme. Port 80 is left out of `host`.
  if (url && [url.host, `${url.host}:80`].includes(text.toLowerCase())) return text;
  throw new InvalidArgumentError(
    'Allowed is a host such as gateway.example.com or localhost:3000, without http:// or a path.',
  );
}

export const registerAsyncapi: Register = (command, terminal) =>
  registerDocument(command, terminal, {
    options: [['--host <host>', 'the host, or host:port, that clients connect to', hostName, 'localhost:3000']],
    write: async (config, { host = 'localhost:3000' }) => {
      const { asyncapiOf } = await import('../contract/documents/asyncapi.ts');
      return JSON.stringify(asyncapiOf(config, { host }), undefined, 2);
    },
  });
