import { setTimeout as pause } from 'node:timers/promises';
import { LightClient } from './client.ts';

export interface CrowdOptions {
  readonly port: number;
  readonly clients: number;
  readonly tokenOf: (index: number) => string;
}

/** Many clients of one gateway, and how it went for them. */
export interface Crowd {
  /** Those who are in now. */
  present(): number;
  /** Handshakes that did not get a client in, until now. */
  turnedAway(): number;
  /** Clients refused permanently. */
  refused(): number;
  /** Resolves once everyone has left and come again; with how long each was away, in milliseconds. */
  allBack(): Promise<readonly number[]>;
  cut(): void;
  close(): void;
}

/** By default one address may have 2000 connections. */
const PER_ADDRESS = 1000;
const LOOK_MS = 50;
/** They come a little slower than a gateway lets in. */
const ARRIVALS_PER_TICK = 20;

export async function gather({ port, clients: count, tokenOf }: CrowdOptions): Promise<Crowd> {
  const clients: LightClient[] = [];
  const leftAt: number[] = [];
  const away: number[] = [];
  let [present, turnedAway, refused] = [0, 0, 0];
  const open = (index: number): LightClient =>
    new LightClient({
      port,
      address: `127.0.1.${1 + Math.floor(index / PER_ADDRESS)}`,
      token: tokenOf(index),
      events: {
        entered() {
          present += 1;
          if (leftAt[index] !== undefined) away.push(performance.now() - leftAt[index]);
        },
        left() {
          present -= 1;
          leftAt[index] = performance.now();
        },
        turnedAway: () => void (turnedAway += 1),
        refused: () => void (refused += 1),
      },
    });
  while (clients.length < count) {
    for (let one = 0; one < ARRIVALS_PER_TICK && clients.length < count; one += 1) clients.push(open(clients.length));
    await pause(LOOK_MS);
  }
  await until(() => present + refused >= count);
  return {
    present: () => present,
    turnedAway: () => turnedAway,
    refused: () => refused,
    async allBack() {
      await until(() => away.length + refused >= count);
      return away.splice(0);
    },
    cut() {
      for (const client of clients) client.cut();
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(LOOK_MS);
}
