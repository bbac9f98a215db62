import { fileURLToPath } from 'node:url';

/** For programs that tests start: Node keeps the modules that it has compiled, which takes a third off a start. */
export const COMPILED = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/tests', import.meta.url)),
};
