import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { moleculerBroker } from './moleculer.ts';

/** The tool as a service of Moleculer: `<packages> <nats> <upstream> <file with the credential>`. */
const [packages = '', nats = '', upstream = '', credentialFile = ''] = process.argv.slice(2);
const headers = {
  authorization: `Bearer ${readFileSync(credentialFile, 'utf8').trim()}`,
  'content-type': 'application/json',
};
const pool = new Pool(upstream, { connections: 128, pipelining: 1, headersTimeout: 10_000 });
const broker = moleculerBroker(packages, nats, 'service');
broker.createService({
  name: 'bench',
  actions: {
    lookup: {
      params: { customer: 'string', date: 'string', note: { type: 'string', optional: true } },
      async handler({ params }: { readonly params: object }) {
        const { statusCode, body } = await pool.request({
          method: 'POST',
          path: '/api/lookup',
          headers,
          body: JSON.stringify(params),
        });
        const output = await body.json();
        if (statusCode !== 200) throw new Error(`the upstream answered ${statusCode}`);
        return output;
      },
    },
  },
});
await broker.start();
process.send?.({ ready: true });
