import { readFileSync } from 'node:fs';
import { confineTo, rootFor } from '../config/text/confined-files.ts';
import { createRouteTestsReader, type RouteTestsReading } from '../contract/route-tests/route-tests.ts';

const SCHEMA = new URL('../../schemas/route-tests.schema.json', import.meta.url);

export function createFileReader(): (file: string) => RouteTestsReading {
  const read = createRouteTestsReader(JSON.parse(readFileSync(SCHEMA, 'utf8')));
  return (file) => {
    const reading = confineTo(rootFor(file)).read(file);
    return 'text' in reading ? read(file, reading.text) : { findings: [{ ...reading, severity: 'error', file }] };
  };
}
