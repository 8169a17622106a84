import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openTenantPolicies } from './tenant-policies-file.ts';

const patient = { timeout: 15_000 };

/** A policies file that the test may replace, and what its reader told. */
function open(first: unknown) {
  const dir = mkdtempSync(join(tmpdir(), 'policies-'));
  const path = join(dir, 'policies.json');
  // As editors and config maps do it: whole, by another name.
  const write = (content: unknown) => {
    writeFileSync(`${path}.new`, typeof content === 'string' ? content : JSON.stringify(content));
    renameSync(`${path}.new`, path);
  };
  write(first);
  const onApplied = vi.fn();
  const onError = vi.fn();
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const policies = openTenantPolicies({ path, onApplied, onError, lookMs: 20 });
  onTestFinished(() => policies.close());
  return { policies, write, onApplied, onError, remove: () => rmSync(path) };
}

const acme = { egress: { private_hosts: ['crm.acme.internal'], private_networks: ['10.3.0.0/16'] } };

test('tenants get their own policy over the default, and others the default', () => {
  const { policies, onApplied } = open({
    default: { rate_limit: { requests_per_minute: 600, burst_size: 10 }, weight: 2 },
    tenants: { acme, rival: { rate_limit: { requests_per_minute: 60, burst_size: 1 }, weight: 0.5 } },
  });
  expect(policies.of('acme')).toMatchObject({ limit: { interval: 100_000 }, weight: 2 });
  expect(policies.of('acme').rules?.isPrivateAddress('10.3.0.1')).toBe(true);
  expect(policies.of('rival')).toEqual({
    limit: { interval: 1_000_000, tolerance: 0 },
    weight: 0.5,
    rules: null,
    keepPersonal: false,
    intentOfReads: false,
  });
  expect(policies.of('someone')).toMatchObject({ limit: { interval: 100_000 }, weight: 2, rules: null });
  expect(onApplied.mock.calls).toEqual([[['acme', 'rival']]]);
});

test('without a file there are none', () => {
  const policies = openTenantPolicies({ path: null, onApplied: vi.fn(), onError: vi.fn() });
  expect(policies.of('acme')).toEqual({
    limit: null,
    weight: 1,
    rules: null,
    keepPersonal: false,
    intentOfReads: false,
  });
  policies.close();
});

test('a change is in force without a restart, and what did not change stays the same object', async () => {
  const { policies, write, onApplied } = open({ tenants: { acme } });
  const before = policies.of('acme');
  write({ tenants: { acme, rival: { weight: 3 } } });
  await vi.waitFor(() => expect(policies.of('rival').weight).toBe(3), patient);
  expect(policies.of('acme')).toBe(before);
  expect(onApplied).toHaveBeenLastCalledWith(['rival']);
  write({ tenants: {} });
  await vi.waitFor(() => expect(policies.of('acme').rules).toBeNull(), patient);
  expect(onApplied).toHaveBeenLastCalledWith(['acme', 'rival']);
});

test.each([
  ['that is no JSON', '{', /JSON/],
  ['with an unknown field', { tenants: { acme: { speed: 1 } } }, /tenants\.acme/],
  ['with a tenant that is none', { tenants: { 'No Tenant': {} } }, /tenants/],
  [
    'with a network outside the private space',
    { tenants: { acme: { egress: { private_networks: ['0.0.0.0/0'] } } } },
    /0\.0\.0\.0\/0/,
  ],
  ['with a network that is none', { tenants: { acme: { egress: { private_networks: ['ten'] } } } }, /private_networks/],
  ['with a host that is a URL', { tenants: { acme: { egress: { hosts: ['https://a.com/'] } } } }, /hosts/],
  ['with private networks for everyone', { default: acme }, /default/],
])('a file %s keeps the process from starting, and later changes nothing', async (_what, content, message) => {
  expect(() => open(content)).toThrow(message);
  const { policies, write, onError, remove } = open({ tenants: { acme } });
  const before = policies.of('acme');
  write(content);
  await vi.waitFor(
    () => expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringMatching(message) })),
    patient,
  );
  remove();
  await vi.waitFor(
    () => expect(onError).toHaveBeenLastCalledWith(expect.objectContaining({ code: 'ENOENT' })),
    patient,
  );
  expect(policies.of('acme')).toBe(before);
});
