import { InvalidArgumentError } from 'commander';
import type { Register } from './command.ts';
import { registerDocument } from './document.ts';

function hostName(text: string): string {
  const url = URL.canParse(`http://${text}`) ? new URL(`http://${text}`) : undefined;
  // What a URL reads in another way is no host: a path, a user, a blank, a scheme. Port 80 is left out of `host`.
  if (url && [url.host, `${url.host}:80`].includes(text.toLowerCase())) return text;
  throw new InvalidArgumentError(
    'Allowed is a host such as gateway.example.com or localhost:3000, without http:// or a path.',
  );
}

export const registerAsyncapi: Register = (program, terminal) =>
  registerDocument(program, terminal, {
    name: 'asyncapi',
    description: 'write an AsyncAPI 3.0 document of all that clients hear',
    options: [['--host <host>', 'where clients connect, host or host:port', hostName, 'localhost:3000']],
    write: async (config, { host = 'localhost:3000' }) => {
      const { asyncapiOf } = await import('../contract/documents/asyncapi.ts');
      return JSON.stringify(asyncapiOf(config, { host }), undefined, 2);
    },
  });
