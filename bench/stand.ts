import type { Entrant, Stand } from './contest.ts';
import { startContender } from './contenders.ts';
import { startGenerator, type ConnectReport, type Crowd } from './generator.ts';
import type { Service } from './services.ts';

export async function standFor(entrant: Entrant, auth: Service): Promise<Stand> {
  const server = await startContender(entrant.contender, auth);
  return { entrant, server, generator: startGenerator(server) };
}

/** Everyone gets in, or nothing that is measured after is worth anything. */
export async function fill({ entrant, generator }: Stand, crowd: Crowd = entrant.crowd): Promise<ConnectReport> {
  const report = await generator.connect(crowd);
  if (report.ready < crowd.clients)
    throw new Error(`${entrant.name}: ${report.ready} of ${crowd.clients} got in, ${report.failed} did not`);
  return report;
}

export async function takeDown({ server, generator }: Stand): Promise<void> {
  await generator.close();
  await generator.stop();
  await server.stop();
}
