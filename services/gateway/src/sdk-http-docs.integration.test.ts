import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { routes } from '@patchbay/contracts';
import * as http from '@patchbay/sdk/http';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFakeExecutor } from '../test/fake-executor.ts';
import { serveFakePlans } from '../test/fake-plans.ts';
import { startFakeRegistry } from '../test/fake-registry.ts';
import { makeKey, runGateway, type TestGateway } from '../test/running-gateway.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let gateway: TestGateway;
let apiKey: string;
beforeAll(async () => {
  const admin = await servers().connect('admin');
  const executor = await servers().connect('executor');
  await startFakeExecutor(executor);
  await serveFakePlans(executor);
  (await startFakeRegistry(await servers().connect('registry'))).tools.set('echo', { risk: 'read' });
  gateway = await runGateway(servers());
  await admin.request(routes.createTenant, {}, { tenant: 'acme' });
  apiKey = (await makeKey(admin, { role: 'agent' })).text;
});
afterAll(() => gateway?.stop());

test('the code of docs/sdk-http.md does what the page says', async () => {
  const page = readFileSync(new URL('../../../docs/sdk-http.md', import.meta.url), 'utf8');
  const code = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = '']) => block).join('\n');
  const body = stripTypeScriptTypes(code)
    .replace(/^import \{ (.*) \} from '@patchbay\/sdk\/http';$/m, 'const { $1 } = http;')
    .replaceAll('http://127.0.0.1:7700', gateway.url);
  const said: unknown[] = [];
  const run = new Function(
    'http',
    'apiKey',
    'say',
    `return (async () => { ${body}; await agent.close(); return { result, plan, tools, given }; })()`,
  );
  expect(await run(http, apiKey, (text: unknown) => said.push(text))).toMatchObject({
    result: { status: 'succeeded', output: { text: 'hello' } },
    plan: { status: 'succeeded' },
    tools: [{ name: 'echo' }],
    given: { status: 'outcome_unknown' },
  });
  expect(said).toEqual([{ part: 1 }, { part: 2 }, { part: 3 }]);
});
