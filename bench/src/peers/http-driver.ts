import { Pool } from 'undici';
import { serveDriver } from '../closed-loop.ts';
import { requestArguments } from '../work.ts';

/** Posts the work's arguments to `<url>`, which answers with the upstream's reply. */
const { origin, pathname } = new URL(process.argv[2] ?? '');
const pool = new Pool(origin, { connections: 128, pipelining: 1 });
const body = JSON.stringify(requestArguments);
serveDriver(async () => {
  const answer = await pool.request({
    method: 'POST',
    path: pathname,
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (answer.statusCode !== 200)
    throw new Error(`a call was answered with ${answer.statusCode}: ${(await answer.body.text()).slice(0, 300)}`);
  return answer.body.json();
});
