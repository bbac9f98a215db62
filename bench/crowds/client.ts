import { connect, type Socket } from 'node:net';

/** What a browser's client has done so far. */
export interface ClientEvents {
  /** `connected` has come. */
  entered(): void;
  /** The connection has ended after that, by whatever. */
  left(): void;
  /** It did not get in this time, and will try again by itself. */
  turnedAway(): void;
  /** The gateway refused it permanently. */
  refused(): void;
}

export interface ClientOptions {
  readonly port: number;
  /** Of 127.0.0.0/8: many addresses, as many clients have. */
  readonly address: string;
  readonly token: string;
  readonly events: ClientEvents;
}

/** The delays of socket.io-client, by default: 1 s, doubled up to 5 s, give or take half. */
const FIRST_MS = 1000;
const LONGEST_MS = 5000;
const JITTER = 0.5;
/** It gives up an attempt after so long. */
const PATIENCE_MS = 20_000;

/**
 * Speaks Socket.IO over a websocket like the stock client, comes back like it, and costs a fraction of its memory: ten
 * thousand of them fit into one process.
 */
export class LightClient {
  readonly #options: ClientOptions;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #attempts = 0;
  #isIn = false;
  #isClosed = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#open();
  }

  /** As where a network fails: without a word. */
  cut(): void {
    this.#socket?.resetAndDestroy();
  }

  /** For good. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #open(): void {
    const { port, address } = this.#options;
    const socket = connect({ port, host: '127.0.0.1', localAddress: address });
    this.#socket = socket;
    this.#timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
    socket.write(UPGRADE);
    const read = createReader((packet) => this.#hear(packet, socket));
    // What is no websocket, such as 503, ends this attempt.
    socket.on('data', (chunk: Buffer) => read(chunk) || socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#closed());
  }

  #hear(packet: string, socket: Socket): void {
    if (packet.startsWith('0')) {
      clearTimeout(this.#timer);
      // For the stock client, too, an open transport is a success, whatever comes after.
      this.#attempts = 0;
      socket.write(frameOf(`40${JSON.stringify({ token: this.#options.token })}`));
    } else if (packet === '2') socket.write(frameOf('3'));
    else if (packet.startsWith('42["connected"')) {
      this.#isIn = true;
      this.#options.events.entered();
    } else if (packet.startsWith('44') || packet === '41') {
      this.#options.events.refused();
      this.close();
    }
  }

  #closed(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    if (this.#isIn) this.#options.events.left();
    else this.#options.events.turnedAway();
    this.#isIn = false;
    this.#timer = setTimeout(() => this.#open(), this.#delay());
  }

  #delay(): number {
    const delay = FIRST_MS * 2 ** this.#attempts;
    this.#attempts += 1;
    return Math.min(delay * (1 + (Math.random() * 2 - 1) * JITTER), LONGEST_MS);
  }
}

const UPGRADE =
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** Below 126 bytes. The mask is zero: the payload stays as it is. */
function frameOf(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 + text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

/** @returns what takes bytes, and says whether this is a websocket so far; texts are told one by one. */
function createReader(told: (text: string) => void): (chunk: Buffer) => boolean {
  let rest: Buffer = Buffer.alloc(0);
  let isUpgraded = false;
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!isUpgraded) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return true;
      if (!rest.toString('latin1', 0, 12).startsWith('HTTP/1.1 101')) return false;
      isUpgraded = true;
      rest = rest.subarray(end + 4);
    }
    for (let size = sizeOf(rest); size !== undefined && rest.length >= size.head + size.body; size = sizeOf(rest)) {
      const end = size.head + size.body;
      // Text only: pings of websocket and goodbyes are of no interest.
      if (rest[0] === 0x81) told(rest.toString('utf8', size.head, end));
      rest = rest.subarray(end);
    }
    return true;
  };
}

/** Of the first frame; nothing where not enough of it has come. */
function sizeOf(bytes: Buffer): { head: number; body: number } | undefined {
  if (bytes.length < 2) return undefined;
  const length = bytes.readUInt8(1) & 127;
  if (length < 126) return { head: 2, body: length };
  const head = length === 126 ? 4 : 10;
  if (bytes.length < head) return undefined;
  return { head, body: length === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)) };
}
