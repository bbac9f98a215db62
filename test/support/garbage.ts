import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc: unknown = runInNewContext('gc');

/** All of it, also what V8 would keep for later. */
export function collectGarbage(): void {
  if (typeof gc !== 'function') throw new Error('this Node has no gc');
  Reflect.apply(gc, undefined, [{ type: 'major', execution: 'sync', flavor: 'last-resort' }]);
}

/** Bytes of objects, and of buffers, that are still in use in this process. */
export function memoryInUse(): { heap: number; buffers: number } {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, buffers: external };
}
