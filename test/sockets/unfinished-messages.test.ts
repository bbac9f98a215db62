import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { limitParts } from '../../src/sockets/servers/tcp.ts';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { TOKENS } from '../support/auth-service.ts';
import { enterUpgraded, frame, OPCODE } from './raw-frames.ts';
import { openPolling } from './raw-polling.ts';
import { HANDSHAKE } from './raw-http.ts';
import { useStage } from './stage.ts';

const fragment = frame('x', { fin: false, opcode: OPCODE.continuation });
const opening = frame('4', { fin: false });

describe.each(WEBSOCKET_SERVERS)(
  'a message of which many small parts are kept ends its session (server %s):',
  (server) => {
    const stage = useStage({ WEBSOCKET_SERVER: server });
    afterEach(() => stage().allIsWell());

    /** Collects what the gateway sends from now on; a connection may end with a reset, as more is sent than is read. */
    function listen(socket: Socket): { text: string; closed: Promise<void> } {
      const answer = { text: '', closed: new Promise<void>((resolve) => void socket.once('close', () => resolve())) };
      socket.on('data', (chunk: Buffer) => (answer.text += chunk.toString('latin1')));
      return answer;
    }

    /** Each part is a read of its own for the gateway. Stops once it answers. */
    async function sendApart(socket: Socket, part: string, answer: { text: string }): Promise<void> {
      socket.setNoDelay(true);
      for (let sent = 0; sent < 30_000 && answer.text === '' && socket.writable; sent += 1) {
        socket.write(part);
        await turn();
      }
    }

    test('65 fragments', async () => {
      const socket = await enterUpgraded(stage().gateway.url, TOKENS.alice);
      const answer = listen(socket);
      socket.write(Buffer.concat([opening, ...Array.from({ length: 64 }, () => fragment)]));
      await answer.closed;
      expect(answer.text).toContain(String.fromCharCode(0x03, 0xf0));
    });

    test('a frame that arrives byte by byte', async () => {
      const socket = await enterUpgraded(stage().gateway.url, TOKENS.alice);
      const answer = listen(socket);
      socket.write(frame('4', { length: 60_000 }));
      await sendApart(socket, 'x', answer);
      await answer.closed;
      expect(answer.text).toContain(String.fromCharCode(0x03, 0xf0));
    });

    test.each([
      ['in chunks of one byte', 'Transfer-Encoding: chunked', '1\r\nx\r\n'],
      ['that arrives byte by byte', 'Content-Length: 60000', 'x'],
    ])('a polling request %s, which is refused with 413 and reported', async (_, header, part) => {
      const { gateway } = stage();
      const refused = (): Promise<number> =>
        gateway.metric('websocket_connections_failed_total{rejection="message-too-large"}');
      const before = await refused();
      const { sid } = await openPolling(gateway.url);
      const { port, host } = new URL(gateway.url);
      const socket = connect(Number(port), '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => socket.destroy());
      const answer = listen(socket);
      const lines = [
        `POST ${HANDSHAKE.polling}&sid=${sid} HTTP/1.1`,
        `Host: ${host}`,
        'Content-Type: text/plain',
        header,
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      await sendApart(socket, part, answer);
      await answer.closed;
      expect(answer.text).toContain('413 Payload Too Large');
      await expect.poll(refused).toBe(before + 1);
    });
  },
);

test.each([
  ['1 KB', 1024, 64],
  ['the default of 64 KB', 65_536, 64],
  ['1 MB', 1_048_576, 1024],
  ['no limit', Infinity, 16_384],
])('where messages may have %s, they may have as many fragments as fit', (_, maxPayload, maxFragments) => {
  expect(limitParts(maxPayload)).toEqual({ maxFragments, maxBufferedChunks: 4 * maxFragments });
});
