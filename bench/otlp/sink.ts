import { createServer } from 'node:http';

// Takes spans over HTTP and forgets them.
createServer((request, response) => {
  request.resume();
  request.on('end', () => response.setHeader('content-type', 'application/x-protobuf').end());
}).listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('ready\n'));
