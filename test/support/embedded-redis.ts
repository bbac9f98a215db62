import { createRedisCommandExecutor, RedisServerState, Resp2Server } from 'js-redis-server/core';

const { server } = new Resp2Server({ server: new RedisServerState(), executor: createRedisCommandExecutor() });
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('Ready to accept connections\n'));
