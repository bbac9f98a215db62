import { scriptAt } from '../services.ts';
import { entrantsOf, type Field, type FreshContest, type Stand } from '../contest.ts';
import type { ConnectReport } from '../generator.ts';
import type { Sample } from '../rows.ts';
import { fill } from '../stand.ts';

/** Seconds until a server is done with clients that have come or gone. */
const REST = 1;
/** Before memory is looked at first: what all connections share is there. */
const FIRST_CROWD = 1000;

/** Clients that come: to a server that has just started, then with tokens it has not seen, then with the same again. */
export function connects(field: Field): FreshContest {
  const clients = Math.min(field.quick ? 1000 : 4000, field.mostClients);
  const size = clients.toLocaleString('en');
  return {
    entrants: entrantsOf(field, { clients }),
    rows: [
      { name: 'connect-cold', title: `${size} connects, 64 at once, just started`, unit: 'µs CPU / connect' },
      {
        name: 'connect-warm',
        title: `${size} connects, warm, tokens never seen`,
        unit: 'µs CPU / connect',
        goal: { reachable: 1, stretch: 0.35, limit: 0.05 },
      },
      { name: 'connect-again', title: `${size} connects, warm, the same tokens again`, unit: 'µs CPU / connect' },
    ],
    async measure(stand) {
      const samples: Sample[] = [];
      for (const salt of ['a', 'b', 'b']) {
        samples.push(connectSample(await fill(stand, { clients, salt })));
        await stand.generator.close();
        await stand.generator.gauge(REST);
      }
      return samples;
    },
  };
}

function connectSample({ ready, cpu, othersCpu, wall, p50, p99 }: ConnectReport): Sample {
  return {
    figure: (cpu * 1e6) / ready,
    perSecond: ready / wall,
    p50,
    p99,
    busy: cpu / wall,
    disturbed: othersCpu / wall,
  };
}

/** What a connection that does nothing holds on to once garbage is collected; and all that the system sees before that. */
export function idle(field: Field): FreshContest {
  const clients = Math.min(field.quick ? 3000 : 9000, field.mostClients);
  const nodeOptions = ['--expose-gc', '--import', scriptAt('./collect-garbage.ts')];
  return {
    entrants: entrantsOf(field, { clients }).map((entrant) => ({
      ...entrant,
      contender: { ...entrant.contender, nodeOptions },
    })),
    rows: [
      {
        name: 'idle-memory',
        title: `${clients.toLocaleString('en')} idle connections`,
        unit: 'KB RSS / connection',
        goal: { reachable: 1, stretch: 0.34, limit: 0.03 },
      },
      {
        name: 'idle-process',
        title: `the whole process, with its garbage, just after ${clients.toLocaleString('en')} have come`,
        unit: 'MB RSS',
      },
    ],
    async measure(stand) {
      await fill(stand, { clients: Math.min(FIRST_CROWD, clients), salt: 'first' });
      await stand.generator.close();
      const before = await heldKb(stand);
      await fill(stand);
      const { residentKb } = await stand.generator.gauge(REST);
      return [{ figure: ((await heldKb(stand)) - before) / clients }, { figure: residentKb / 1024 }];
    },
  };
}

async function heldKb({ server, generator }: Stand): Promise<number> {
  await generator.gauge(REST);
  server.process.kill('SIGUSR2');
  return (await generator.gauge(REST)).residentKb;
}
