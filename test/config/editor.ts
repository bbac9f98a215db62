import { spawn, type ChildProcess } from 'node:child_process';
import { pathToFileURL } from 'node:url';

/** A line of squiggles, counted from 1 as editors show it. */
export interface Squiggle {
  readonly line: number;
  readonly message: string;
}

/** The YAML plug-in of editors, without the editor: yaml-language-server over stdio. */
export interface Editor {
  /** Opens a text as if it were the file at `path`; gives what the editor would underline. */
  open(path: string, text: string): Promise<Squiggle[]>;
  /** What is offered after the text before the first `|`, which is taken out. */
  complete(path: string, text: string): Promise<string[]>;
  /** What is shown while the mouse rests on the text behind the first `|`. */
  hover(path: string, text: string): Promise<string>;
  close(): Promise<void>;
}

type Message = Readonly<Record<string, unknown>>;

const SERVER = 'node_modules/yaml-language-server/bin/yaml-language-server';
/** Nothing from the network. */
const SETTINGS = {
  yaml: {
    schemaStore: { enable: false },
    kubernetesCRDStore: { enable: false },
    completion: true,
    hover: true,
    validate: true,
  },
};

export async function startEditor(): Promise<Editor> {
  const server = spawn(process.execPath, [SERVER, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const wire = connect(server);
  await wire.request('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL('.').href,
    capabilities: {
      textDocument: { publishDiagnostics: {}, hover: {}, completion: {} },
      workspace: { configuration: true },
    },
  });
  wire.notify('initialized', {});
  wire.notify('workspace/didChangeConfiguration', { settings: SETTINGS });

  async function open(path: string, text: string): Promise<Squiggle[]> {
    const uri = pathToFileURL(path).href;
    const published = wire.diagnosticsOf(uri);
    wire.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    return published;
  }

  async function ask(method: string, path: string, marked: string): Promise<unknown> {
    const before = marked.slice(0, marked.indexOf('|')).split('\n');
    await open(path, marked.replace('|', ''));
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    return wire.request(method, { textDocument: { uri: pathToFileURL(path).href }, position });
  }

  return {
    open,
    async complete(path, marked) {
      const items = member(await ask('textDocument/completion', path, marked), 'items');
      return Array.isArray(items) ? items.map((item: unknown) => String(member(item, 'label'))) : [];
    },
    async hover(path, marked) {
      return String(member(member(await ask('textDocument/hover', path, marked), 'contents'), 'value'));
    },
    async close() {
      await wire.request('shutdown', null);
      wire.notify('exit', null);
      await new Promise((resolve) => server.once('exit', resolve));
    },
  };
}

interface Wire {
  request(method: string, parameters: unknown): Promise<unknown>;
  notify(method: string, parameters: unknown): void;
  /** The next ones that are published of a document. */
  diagnosticsOf(uri: string): Promise<Squiggle[]>;
}

/** JSON-RPC 2.0 with a Content-Length before each message. */
function connect({ stdin, stdout }: ChildProcess): Wire {
  const answers = new Map<unknown, (result: unknown) => void>();
  const published = new Map<unknown, (squiggles: Squiggle[]) => void>();
  let last = 0;

  function send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  function receive(message: unknown): void {
    const [id, method, parameters] = ['id', 'method', 'params'].map((key) => member(message, key));
    if (method === undefined) answers.get(id)?.(member(message, 'result'));
    else if (method === 'textDocument/publishDiagnostics')
      published.get(member(parameters, 'uri'))?.(squigglesOf(parameters));
    else if (method === 'workspace/configuration') send({ id, result: [SETTINGS.yaml, {}, {}, {}, {}, {}] });
    else if (id !== undefined) send({ id, result: null });
  }

  let read = Buffer.alloc(0);
  stdout?.on('data', (chunk: Buffer) => {
    read = Buffer.concat([read, chunk]);
    for (let frame = takeFrame(read); frame; frame = takeFrame(read)) {
      read = read.subarray(frame.end);
      receive(JSON.parse(frame.body));
    }
  });

  return {
    request(method, parameters) {
      const id = (last += 1);
      send({ id, method, params: parameters });
      return new Promise((resolve) => answers.set(id, resolve));
    },
    notify: (method, parameters) => send({ method, params: parameters }),
    diagnosticsOf: (uri) => new Promise((resolve) => published.set(uri, resolve)),
  };
}

function takeFrame(read: Buffer): { body: string; end: number } | undefined {
  const head = read.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = Number(/Content-Length: (\d+)/i.exec(read.toString('utf8', 0, head))?.[1]);
  const end = head + 4 + length;
  return end > read.length ? undefined : { body: read.toString('utf8', head + 4, end), end };
}

function squigglesOf(parameters: unknown): Squiggle[] {
  const diagnostics = member(parameters, 'diagnostics');
  if (!Array.isArray(diagnostics)) return [];
  return diagnostics.map((one: unknown) => ({
    line: Number(member(member(member(one, 'range'), 'start'), 'line')) + 1,
    message: String(member(one, 'message')),
  }));
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
