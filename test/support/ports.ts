export { freePort } from '../../demo/ports.ts';
