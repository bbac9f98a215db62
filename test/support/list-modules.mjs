// Preloaded with --import: writes the URLs of all modules that the program loads, one a line, to the file in MODULES_FILE.
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const file = process.env['MODULES_FILE'];
const urls = new Set();
registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('node:')) urls.add(url);
    return nextLoad(url, context);
  },
});
process.on('exit', () => appendFileSync(file, `${[...urls].join('\n')}\n`));
