import { openClient, type LedgerClient } from '../ledger/client.ts';
import type { Fault } from './fault.ts';
import { says } from './signs.ts';
import type { Site } from './site.ts';

/** Clients of the first instance lose it while the auth service is in trouble, and knock at the others. */
async function storm({ gateways: [first] }: Site): Promise<void> {
  first.program().signal('SIGKILL');
  await first.program().ended;
}

const somebodyIsRefused = ({ gateways }: Site): Promise<boolean> =>
  Promise.any(gateways.slice(1).map((gateway) => says(gateway, '"auth-unavailable"')));

/** Knocks with a bad token for as long as the auth service cannot say so. */
function sendIntruder({ gateways, finished }: Site): LedgerClient {
  const urls = gateways.slice(1).map(({ url }) => url);
  const intruder = openClient({ urls, user: 'nobody', token: 'forged' });
  finished(intruder.close);
  return intruder;
}

function outage(id: string, title: string, strike: (site: Site) => unknown, end: (site: Site) => unknown): Fault {
  let intruder: LedgerClient | undefined;
  return {
    id,
    title: `${title} for 10 s, while clients reconnect`,
    site: { gateways: 3 },
    ...(id === 'F36' && { ci: true }),
    async inject(site) {
      await strike(site);
      await storm(site);
      intruder = sendIntruder(site);
    },
    noticed: somebodyIsRefused,
    lasts: 10_000,
    async heal(site) {
      const admitted = intruder?.history.stays.length ?? 0;
      intruder?.close();
      await end(site);
      await site.gateways[0].start();
      return admitted === 0 ? [] : ['a forged token was let in'];
    },
  };
}

/** What befalls the auth service, or the way to it. */
export const AUTH_FAULTS: readonly Fault[] = [
  outage(
    'F36',
    'the auth service is down',
    ({ auth }) => auth.kill(),
    ({ auth }) => auth.start(),
  ),
  outage(
    'F37',
    'the auth service hangs (SIGSTOP)',
    ({ auth }) => auth.hang(),
    ({ auth }) => auth.resume(),
  ),
  outage(
    'F37 link',
    'the connections to the auth service are half-open',
    ({ gateways }) => gateways.map(({ authLink }) => authLink.blackhole()),
    ({ gateways }) => gateways.map(({ authLink }) => authLink.pass()),
  ),
  {
    id: 'F38',
    title: 'the auth service takes 1.5 s, while clients reconnect',
    site: { gateways: 3 },
    async inject(site) {
      for (const { authLink } of site.gateways) authLink.delay(1500);
      await storm(site);
    },
    lasts: 10_000,
    async heal({ gateways }) {
      for (const { authLink } of gateways) authLink.pass();
      await gateways[0].start();
    },
  },
];
