import { until, type GatewayNode } from './gateway-node.ts';
import type { Site } from './site.ts';

// By what a fault is noticed.

/** /health/ready of this gateway says no. */
export function notReady({ url }: GatewayNode): Promise<boolean> {
  return until(async () => (await fetch(`${url}/health/ready`)).status === 503);
}

/** This gateway says so in its log. */
export function says(gateway: GatewayNode, text: string): Promise<boolean> {
  return until(() => gateway.program().output().includes(text));
}

/** It has noticed that messages may have been missed. */
export const losesRedis = (gateway: GatewayNode): Promise<boolean> => says(gateway, 'connection to Redis lost');

/** A client has lost its connection. */
export function clientsLeave({ clients }: Site, since: number): Promise<boolean> {
  const left = ({ until: end }: { until?: number }): boolean => end !== undefined && end >= since;
  return until(() => clients.some(({ history }) => history.stays.some(left)));
}
