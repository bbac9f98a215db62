import { expect, test } from 'vitest';
import { connectCrowd, hearEachEventOnce, spread, stopFirst, strayRequests, type Site } from './two-gateways.ts';

/** What every load balancer must do for two gateways and clients of all transports. */
export function describeBalancer(stage: () => Promise<{ site: Site; url: string }>): void {
  test('clients are spread over both gateways, polling requests stick to theirs, and each event is received once', async () => {
    const { site, url } = await stage();

    const crowd = await connectCrowd(url);
    await hearEachEventOnce(site.redis, crowd);

    expect(Math.min(...(await spread(site)))).toBeGreaterThan(0);
    expect(await strayRequests(site)).toBe(0);
  });

  test('clients of a gateway that stops come back on the other by themselves; those of the other do not notice', async () => {
    const { site, url } = await stage();
    const crowd = await connectCrowd(url);

    const moved = await stopFirst(site, crowd);
    await hearEachEventOnce(site.redis, crowd);

    expect(moved).toBeGreaterThan(0);
    expect(crowd.losses()).toBe(moved);
  });
}
