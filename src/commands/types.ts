import type { Register } from './command.ts';
import { registerDocument } from './document.ts';

export const registerTypes: Register = (program, terminal) =>
  registerDocument(program, terminal, {
    name: 'types',
    description: 'write TypeScript for clients: events and payloads, for io<…>() of socket.io-client',
    // Loaded when it is asked for: a gateway that runs has no use for a compiler.
    write: async (config) => (await import('../contract/documents/typescript.ts')).typescriptOf(config),
  });
