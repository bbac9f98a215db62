import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import type { GatewayNode } from './gateway-node.ts';
import { clientsLeave } from './signs.ts';
import type { Site } from './site.ts';

async function kill({ program }: GatewayNode): Promise<void> {
  program().signal('SIGKILL');
  await program().ended;
}

/** Ends it as an orchestrator does, and starts another in its place. */
async function replace(gateway: GatewayNode): Promise<string[]> {
  const code = await gateway.program().ended;
  await gateway.start();
  return code === 0 ? [] : [`${gateway.name} ended with code ${code}`];
}

async function restartEach({ gateways }: Site): Promise<string[]> {
  const failures: string[] = [];
  for (const gateway of gateways) {
    gateway.program().signal('SIGTERM');
    failures.push(...(await replace(gateway)));
    await pause(2000);
  }
  return failures;
}

/** What befalls the gateway's own process. */
export const GATEWAY_FAULTS: readonly Fault[] = [
  {
    id: 'T1',
    title: 'none: three instances, one copy for each client',
    site: { gateways: 3 },
    ci: true,
    inject() {},
    lasts: 2000,
  },
  {
    id: 'F1',
    title: 'an instance is killed, and another started after 1 s',
    site: { gateways: 3 },
    ci: true,
    inject: ({ gateways: [first] }) => kill(first),
    noticed: clientsLeave,
    lasts: 0,
    async heal({ gateways: [first] }) {
      await pause(1000);
      await first.start();
    },
  },
  {
    id: 'F2',
    title: 'an instance receives SIGTERM',
    site: { gateways: 3 },
    ci: true,
    inject: ({ gateways: [first] }) => first.program().signal('SIGTERM'),
    noticed: clientsLeave,
    lasts: 0,
    heal: ({ gateways: [first] }) => replace(first),
  },
  {
    id: 'F3',
    title: 'rolling restart of all instances',
    site: { gateways: 3 },
    inject() {},
    noticed: clientsLeave,
    lasts: 0,
    heal: restartEach,
  },
  {
    id: 'F4',
    title: 'an instance hangs for 12 s (SIGSTOP)',
    site: { gateways: 3 },
    inject: ({ gateways: [first] }) => first.program().signal('SIGSTOP'),
    lasts: 12_000,
    heal: ({ gateways: [first] }) => first.program().signal('SIGCONT'),
  },
  {
    id: 'F4 long',
    title: 'an instance hangs for 60 s: longer than its clients wait',
    site: { gateways: 3 },
    inject: ({ gateways: [first] }) => first.program().signal('SIGSTOP'),
    noticed: clientsLeave,
    lasts: 60_000,
    heal: ({ gateways: [first] }) => first.program().signal('SIGCONT'),
  },
  {
    id: 'F5',
    title: 'the event loop stalls for 1.5 s, three times',
    site: { gateways: 2 },
    async inject({ gateways: [first] }) {
      for (let round = 0; round < 3; round += 1) {
        first.program().signal('SIGSTOP');
        await pause(1500);
        first.program().signal('SIGCONT');
        await pause(1500);
      }
    },
    lasts: 0,
    heal: ({ gateways: [first] }) => quietAbout(first, 'connection to Redis lost'),
  },
  {
    id: 'F10',
    title: 'the trace collector accepts connections and never answers; then SIGTERM',
    site: {
      gateways: 2,
      environment: (silent) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://${silent}`, OTEL_BSP_SCHEDULE_DELAY: '200' }),
    },
    inject: () => pause(3000),
    lasts: 0,
    async heal({ gateways: [first] }) {
      first.program().signal('SIGTERM');
      return replace(first);
    },
  },
];

function quietAbout({ name, program }: GatewayNode, text: string): string[] {
  return program().output().includes(text) ? [`${name} says "${text}"`] : [];
}
