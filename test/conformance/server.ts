// The gateway's Socket.IO server in the profile of the official protocol suite; see README.md here.
import { startConformanceServer } from './profile.ts';

const { port } = await startConformanceServer(3000);
process.stdout.write(`listening on port ${port}\n`);
