import type { Register } from './command.ts';
import { registerDocument } from './document.ts';

export const registerAsyncapi: Register = (program, terminal) =>
  registerDocument(program, terminal, {
    name: 'asyncapi',
    description: 'write an AsyncAPI 3.0 document of all that clients hear',
    options: [['--host <host>', 'where clients connect, host or host:port', 'localhost:3000']],
    write: async (config, { host = 'localhost:3000' }) => {
      const { asyncapiOf } = await import('../contract/asyncapi.ts');
      return JSON.stringify(asyncapiOf(config, { host }), undefined, 2);
    },
  });
