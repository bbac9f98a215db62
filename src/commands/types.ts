import type { Register } from './command.ts';
import { registerDocument } from './document.ts';

export const registerTypes: Register = (command, terminal) =>
  registerDocument(command, terminal, {
    write: async (config) => (await import('../contract/documents/typescript.ts')).typescriptOf(config),
  });
