import { runLedger } from './ledger.ts';

// The long run, by hand: node test/durable/run-ledger.ts [seconds] [ring] [kept]
const [seconds = 900, ring = 50, kept = 20_000] = process.argv.slice(2).map(Number);
const report = await runLedger({ seconds, ring, kept, perSecond: 350, clients: 30 });
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
process.exit(report.lostInSilence + report.duplicates + report.outOfOrder + report.misdelivered === 0 ? 0 : 1);
