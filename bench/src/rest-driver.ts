import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { serveDriver } from './closed-loop.ts';
import { requestArguments } from './work.ts';

/** A load generator over HTTP: `<origin> [<file with a key> <tenant>]`. Every call executes `bench_lookup`. */
const [origin = '', keyFile = '', tenant = ''] = process.argv.slice(2);
const pool = new Pool(origin, { connections: 128, pipelining: 1 });
const headers = {
  'content-type': 'application/json',
  ...(keyFile !== '' && {
    authorization: `Bearer ${readFileSync(keyFile, 'utf8').trim()}`,
    'patchbay-tenant': tenant,
  }),
};
const body = JSON.stringify({ arguments: requestArguments });

serveDriver(async () => {
  const answer = await pool.request({ method: 'POST', path: '/v1/tools/bench_lookup/execute', headers, body });
  const { output } = (await answer.body.json()) as { output?: unknown };
  if (answer.statusCode !== 200) throw new Error(`a call was answered with ${answer.statusCode}`);
  return output;
});
