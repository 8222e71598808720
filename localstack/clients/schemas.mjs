// node schemas.mjs: takes the specification's JSON schemas out of the conformance package, which
// carries them inside its bundle, and writes one file per protocol version to node_modules, where
// the tests look for them. Nothing of the specification is kept in this repository.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

const root = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const modules = join(root, 'node_modules');
const bundle = readFileSync(join(modules, '@modelcontextprotocol/conformance/dist/index.js'), 'utf8');

const table = /\{"2025-03-26":(\w+),"2025-06-18":(\w+),"2025-11-25":(\w+),\[\w+\]:(\w+)\}/.exec(bundle);
if (!table) {
  throw new Error('the conformance package keeps its schemas elsewhere: look there again');
}
const versions = ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];
const folder = join(modules, '.mcp-schemas');
mkdirSync(folder, { recursive: true });
versions.forEach((version, i) => {
  const begin = bundle.indexOf(`${table[i + 1]}={$schema:`) + table[i + 1].length + 1;
  const schema = runInNewContext(`(${literal(begin)})`, Object.create(null));
  writeFileSync(join(folder, `${version}.json`), JSON.stringify(schema));
});

/** The object literal that begins there; braces in strings do not count. */
function literal(begin) {
  let depth = 0;
  let quote = '';
  for (let at = begin; at < bundle.length; at++) {
    const c = bundle[at];
    if (quote) {
      if (c === '\\') at++;
      else if (c === quote) quote = '';
    } else if (c === '`' || c === '"' || c === "'") {
      quote = c;
    } else if (c === '{') {
      depth++;
    } else if (c === '}' && --depth === 0) {
      return bundle.slice(begin, at + 1);
    }
  }
  throw new Error('an object literal without an end');
}
