// The gateway's Socket.IO server in the profile of the official protocol suite; see README.md here.
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { startConformanceServer } from './profile.ts';

const asked = process.argv[2] ?? 'gateway';
const webSockets = WEBSOCKET_SERVERS.find((name) => name === asked);
if (webSockets === undefined) throw new TypeError(`found ${asked}; allowed: ${WEBSOCKET_SERVERS.join(', ')}`);
const { port } = await startConformanceServer(3000, webSockets);
process.stdout.write(`listening on port ${port}\n`);
