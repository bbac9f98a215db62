// The last line of a CI run, from vitest's JSON reports: how many tests passed in all of them together. It fails when a
// test failed, when a test file of the repository is in no report or in two, and when a report holds no test.
import { globSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** A test file of `npm test` that takes longer belongs to `npm run test:long`. Reported only: a loaded machine is slow. */
const SHORT_MS = 10_000;

const reports = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')));
const sum = (field) => reports.reduce((total, report) => total + report[field], 0);
const resultsOf = ({ testResults }) => testResults.map((result) => ({ ...result, file: relative('.', result.name) }));

const ran = reports.flatMap((report) => resultsOf(report).map(({ file }) => file));
const files = globSync('test/**/*.test.ts');
const wrong = [
  ...files.filter((file) => !ran.includes(file)).map((file) => `${file} is in no report`),
  ...ran.filter((file, index) => ran.indexOf(file) !== index).map((file) => `${file} is in two reports`),
  ...reports.flatMap(({ numPassedTests }, index) =>
    numPassedTests === 0 ? [`${process.argv[index + 2]} holds no passed test`] : [],
  ),
];
for (const line of wrong) console.error(line);

const slow = reports
  .flatMap(resultsOf)
  .filter(({ file, startTime, endTime }) => !file.endsWith('.long.test.ts') && endTime - startTime > SHORT_MS);
for (const { file, startTime, endTime } of slow)
  console.log(`${file} took ${Math.round((endTime - startTime) / 1000)} s: make it faster, or a .long.test.ts`);

const failed = sum('numFailedTests');
const skipped = sum('numPendingTests') + sum('numTodoTests');
const rest = [`${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(', ');
console.log(`${sum('numPassedTests')} passed, ${rest}, in ${ran.length} of ${files.length} files`);
process.exitCode = failed > 0 || wrong.length > 0 || reports.length === 0 ? 1 : 0;
