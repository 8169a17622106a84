import { createTestAuthority, type TestAuthority } from '@patchbay/testkit/tls';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { egressWithPublicLoopback, failureIn, requestTo, testEgress, textIn } from '../test/requests.ts';
import { startUpstream } from '../test/upstream.ts';
import type { Refusal, ResolvedAddress, TenantRules } from './index.ts';
import { tenantRules } from './index.ts';

let authority: TestAuthority;
beforeAll(async () => {
  authority = await createTestAuthority();
});

const inside = 'crm.acme.internal';
const v4 = (address: string): ResolvedAddress => ({ address, family: 4 });

/**
 * Rules that place the loopback inside for one tenant, the only private address that a test can dial. The real ones are
 * tried in `tenant-rules.test.ts`; they never hold the loopback.
 */
function loopbackInside(hosts: readonly string[]): TenantRules {
  const { isPrivateHost } = tenantRules({ privateHosts: hosts, privateNetworks: [] });
  return { hosts: null, isPrivateHost, isPrivateAddress: (address) => address === '127.0.0.1' };
}

describe('a tenant whose operator placed a host inside', () => {
  it('reaches it over https, and another tenant does not', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('crm'), {
      tls: await authority.issue(inside),
    });
    const refusals: Refusal[] = [];
    const egress = testEgress({
      resolve: async () => [v4('127.0.0.1')],
      ca: authority.ca,
      rulesOf: (tenant) => (tenant === 'ten_a' ? loopbackInside([`${inside}:${upstream.port}`]) : null),
      onRefused: (refusal) => refusals.push(refusal),
    });
    const url = `https://${inside}:${upstream.port}/`;
    expect(textIn(await egress.send(requestTo(url)))).toBe('crm');
    expect(failureIn(await egress.send(requestTo(url, { tenant: 'ten_b' }))).reason).toBe('name_not_public');
    expect(failureIn(await egress.send(requestTo(url.replace('https', 'http')))).reason).toBe('scheme_not_allowed');
    expect(failureIn(await egress.send(requestTo(url, { hosts: ['api.example.com'] }))).reason).toBe(
      'host_not_allowed',
    );
    expect(failureIn(await egress.send(requestTo('https://other.internal/'))).reason).toBe('name_not_public');
    expect(refusals).toHaveLength(4);
  });

  it('reaches no private address through any other name, nor outside its networks through this one', async () => {
    const rules = tenantRules({ privateHosts: [inside], privateNetworks: ['10.3.0.0/16'] });
    const resolve = vi.fn(async () => [v4('10.3.0.1')]);
    const egress = testEgress({ resolve, rulesOf: () => rules });
    expect(failureIn(await egress.send(requestTo('https://api.example.com/'))).reason).toBe('address_not_public');
    expect(failureIn(await egress.send(requestTo('https://10.4.0.1/'))).reason).toBe('address_not_public');
    for (const answers of [[v4('10.4.0.1')], [v4('10.3.0.1'), v4('127.0.0.1')], [v4('169.254.169.254')]]) {
      resolve.mockResolvedValue(answers);
      expect(failureIn(await egress.send(requestTo(`https://${inside}/`)))).toMatchObject({
        reason: 'address_not_public',
        sent: false,
      });
    }
  });

  it('is not sent there by a redirect of somebody outside', async () => {
    let location = '';
    const outside = await startUpstream((_request, response) => void response.writeHead(302, { location }).end(), {
      tls: await authority.issue('api.example.com'),
    });
    const crm = await startUpstream((_request, response) => void response.end('crm'), {
      tls: await authority.issue(inside),
    });
    const rules = loopbackInside([`${inside}:${crm.port}`]);
    const egress = egressWithPublicLoopback({
      resolve: async () => [v4('127.0.0.1')],
      ca: authority.ca,
      rulesOf: () => rules,
    });
    location = `https://${inside}:${crm.port}/`;
    const outcome = await egress.send(
      requestTo(`https://api.example.com:${outside.port}/`, {
        hosts: [`api.example.com:${outside.port}`, `${inside}:${crm.port}`],
        followRedirects: true,
      }),
    );
    expect(failureIn(outcome)).toMatchObject({ reason: 'redirect_into_trusted', sent: true });
    expect(crm.connections).toBe(0);
  });

  it('loses it, sockets and all, when the operator takes it back', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('crm'), {
      tls: await authority.issue(inside),
    });
    const entry = `${inside}:${upstream.port}`;
    let rules: TenantRules | null = loopbackInside([entry]);
    const resolve = vi.fn(async () => [v4('127.0.0.1')]);
    const egress = testEgress({ resolve, ca: authority.ca, rulesOf: () => rules });
    const url = `https://${entry}/`;
    await egress.send(requestTo(url));
    // The same words again are other rules: the name is resolved and judged anew.
    rules = loopbackInside([entry]);
    expect(textIn(await egress.send(requestTo(url)))).toBe('crm');
    expect(resolve).toHaveBeenCalledTimes(2);
    await expect.poll(() => upstream.sockets.size).toBe(1);
    rules = null;
    expect(failureIn(await egress.send(requestTo(url))).reason).toBe('name_not_public');
  });
});

describe('a tenant held to a list of hosts', () => {
  it('reaches what both lists name', async () => {
    const upstream = await startUpstream((request, response) => void response.end(request.headers.host));
    const rules = tenantRules({ hosts: ['*.example.com'], privateHosts: [], privateNetworks: [] });
    const onRefused = vi.fn();
    const egress = testEgress({
      dialOverride: upstream.origin,
      rulesOf: (tenant) => (tenant === 'ten_a' ? rules : null),
      onRefused,
    });
    expect(textIn(await egress.send(requestTo('https://api.example.com/')))).toBe('api.example.com');
    expect(failureIn(await egress.send(requestTo('https://slack.com/')))).toMatchObject({
      kind: 'denied',
      reason: 'tenant_host_not_allowed',
      sent: false,
    });
    expect(onRefused.mock.calls).toEqual([[{ tenant: 'ten_a', host: 'slack.com', reason: 'tenant_host_not_allowed' }]]);
    expect(textIn(await egress.send(requestTo('https://slack.com/', { tenant: 'ten_b' })))).toBe('slack.com');
    expect(await egress.warm('ten_a', 'https://slack.com/', ['slack.com'])).toBe(false);
  });
});
