import type { Register } from './terminal.ts';

/** A command as `gateway --help` lists it. */
export interface CommandEntry {
  readonly name: string;
  /** Options and arguments after the name; a test compares it with what the command registers. */
  readonly usage: string;
  readonly description: string;
  /** Imports the code of the command. `gateway check` runs without Socket.IO, Redis, gRPC, OpenTelemetry and Express. */
  load(): Promise<Register>;
}

/** Every command, in the order of `gateway --help`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'start',
    usage: '',
    description: 'run the gateway until a signal stops it',
    load: async () => (await import('./start.ts')).registerStart,
  },
  {
    name: 'check',
    usage: '[options] [file]',
    description: 'validate a routes file and its schemas',
    load: async () => (await import('./check/check.ts')).registerCheck,
  },
  {
    name: 'explain',
    usage: '[options] <channel> <payload>',
    description: 'trace one message through its routes: validation, recipients and what they receive',
    load: async () => (await import('./explain/explain.ts')).registerExplain,
  },
  {
    name: 'test',
    usage: '[options] [files...]',
    description: 'run the tests of routes files',
    load: async () => (await import('./test/test.ts')).registerTest,
  },
  {
    name: 'publish',
    usage: '[options] <channel> [payload]',
    description:
      'publish a message to REDIS_URL, or add it to its stream; by default the example of its schema, and never one that a route drops',
    load: async () => (await import('./publish.ts')).registerPublish,
  },
  {
    name: 'tail',
    usage: '[options]',
    description: 'connect as a client and print events as they arrive, until Ctrl-C',
    load: async () => (await import('./tail/tail.ts')).registerTail,
  },
  {
    name: 'token',
    usage: '[options] [token]',
    description: 'check a token by the methods of AUTH_METHODS: who it is, its claims and expiry, or why it is refused',
    load: async () => (await import('./token.ts')).registerToken,
  },
  {
    name: 'auth-server',
    usage: '[options]',
    description: 'run a sample auth service, for trials',
    load: async () => (await import('./auth-server.ts')).registerAuthServer,
  },
  {
    name: 'quarantine',
    usage: '',
    description: 'list, show and replay the invalid messages of routes with on_invalid: quarantine',
    load: async () => (await import('./quarantine/quarantine.ts')).registerQuarantine,
  },
  {
    name: 'new',
    usage: '[options] <channel>',
    description: 'add a route, its schema from a sample message, and a test; prompts for what no option says',
    load: async () => (await import('./new/new.ts')).registerNew,
  },
  {
    name: 'types',
    usage: '[options]',
    description: 'write TypeScript types of events and payloads, for io<…>() of socket.io-client',
    load: async () => (await import('./types.ts')).registerTypes,
  },
  {
    name: 'asyncapi',
    usage: '[options]',
    description: 'write an AsyncAPI 3.0 document of all events that clients receive',
    load: async () => (await import('./asyncapi.ts')).registerAsyncapi,
  },
  {
    name: 'diff',
    usage: '[options] <old> <new>',
    description:
      'compare two versions of routes and schemas, and report what breaks for clients, publishers and operators',
    load: async () => (await import('./diff/diff.ts')).registerDiff,
  },
];
