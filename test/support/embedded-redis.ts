import { listenEmbedded } from '../../demo/redis-server.ts';

await listenEmbedded(Number(process.argv[2]));
process.stdout.write('Ready to accept connections\n');
