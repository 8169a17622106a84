import { expect, test } from 'vitest';
import { cli, directoryWith, json } from './running-patchbay.fixture.ts';

const acme = {
  rate_limit: { requests_per_minute: 60 },
  egress: { hosts: ['slack.com'], private_hosts: ['crm.internal'], private_networks: ['10.3.0.0/16'] },
};
const files = directoryWith({
  'good.json': JSON.stringify({ default: { weight: 2 }, tenants: { acme } }),
  'wrong.json': JSON.stringify({ tenants: { acme: { speed: 1 } } }),
  'open.json': JSON.stringify({ tenants: { acme: { egress: { private_networks: ['0.0.0.0/0', '10.0.0.0/8'] } } } }),
  'broken.json': '{',
});
const check = (...argv: string[]) => cli(['policies', 'check', ...argv], { cwd: files });

test('policies check says what a sound file means for each tenant', async () => {
  const result = await check('good.json');
  expect(result.code).toBe(0);
  expect(result.out).toMatch(
    /acme {2}60 calls a minute, 10 at once; weight 2; only slack\.com; inside: crm\.internal; networks: 10\.3\.0\.0\/16/,
  );
  expect(result.out).toMatch(/all others {2}no limit of its own; weight 2/);
  expect(json(await check('good.json', '--json'))).toMatchObject({
    problems: [],
    tenants: { acme: { egress: acme.egress } },
  });
});

test.each([
  ['wrong.json', /tenants\.acme/],
  ['open.json', /tenants\.acme\.egress\.private_networks {2}0\.0\.0\.0\/0: not a CIDR block/],
  ['broken.json', /not JSON/],
])('policies check fails on %s, and says why', async (file, message) => {
  const result = await check(file);
  expect(result.code).toBe(1);
  expect(result.out).toMatch(message);
});
