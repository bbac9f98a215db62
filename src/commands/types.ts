import type { Register } from './terminal.ts';
import { registerDocument } from './write-document.ts';

export const registerTypes: Register = (command, terminal) =>
  registerDocument(command, terminal, {
    write: async (config) => (await import('../contract/documents/typescript.ts')).typescriptOf(config),
  });
