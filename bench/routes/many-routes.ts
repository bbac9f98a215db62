import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { WORKPLACE } from '../children.ts';

const SCHEMAS = fileURLToPath(new URL('../../schemas', import.meta.url));
/** Files with a schema each; thousands of routes share them, as a platform's do. */
const DISTINCT = 10;

/** A routes file with `count` routes on the channel `notifications`, of which the last takes the messages of the load. */
export function writeKindsOfOneChannel(count: number): string {
  const kinds = Array.from({ length: count }, (_, i) => (i === count - 1 ? 'login' : `kind-${i}`));
  return writeFile(`kinds-${count}`, kinds.map(kindText).join(''));
}

function kindText(kind: string, index: number): string {
  return `  ${kind}:
    channel: notifications
    when: { type: ${kind} }
    event: notification-${kind}
    schema: ../schemas/notification-${index % DISTINCT}.schema.json
    target: { user: user_id }
`;
}

/** A routes file with `count` routes to a user, by the channels `route-0` and on; returns its path. */
export function writeManyRoutes(count: number): string {
  return writeFile(`routes-${count}`, Array.from({ length: count }, (_, i) => routeText(i)).join(''));
}

function writeFile(name: string, routes: string): string {
  const root = join(WORKPLACE, name);
  mkdirSync(join(root, 'config'), { recursive: true });
  mkdirSync(join(root, 'schemas'));
  cpSync(join(SCHEMAS, 'common.schema.json'), join(root, 'schemas/common.schema.json'));
  const schema = readFileSync(join(SCHEMAS, 'notification.schema.json'), 'utf8');
  for (let i = 0; i < DISTINCT; i += 1)
    writeFileSync(join(root, `schemas/notification-${i}.schema.json`), schema.replace('"Notification"', `"N${i}"`));
  const file = join(root, 'config/routes.yaml');
  writeFileSync(file, `version: 1\nroutes:\n${routes}`);
  return file;
}

function routeText(index: number): string {
  return `  route-${index}:
    description: One of many.
    event: notification-received
    schema: ../schemas/notification-${index % DISTINCT}.schema.json
    target: { user: user_id }
`;
}
