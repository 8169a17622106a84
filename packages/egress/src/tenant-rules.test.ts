import { describe, expect, it } from 'vitest';
import { tenantRules } from './tenant-rules.ts';

const rulesOf = (...privateNetworks: string[]) => tenantRules({ privateHosts: [], privateNetworks });

describe('networks of a tenant', () => {
  it.each([
    '10.3.0.0/16',
    '10.0.0.0/8',
    '172.20.1.0/24',
    '192.168.7.9/32',
    '100.64.0.0/10',
    'fd12:3456::/32',
    'fc00::/7',
  ])('may be %s', (network) => {
    expect(() => rulesOf(network)).not.toThrow();
  });

  it.each([
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/7',
    '127.0.0.0/8',
    '127.0.0.1/32',
    '169.254.0.0/16',
    '169.254.169.254/32',
    '172.16.0.0/11',
    '8.8.8.0/24',
    '224.0.0.0/4',
    '::1/128',
    'fe80::/10',
    '::ffff:10.0.0.0/104',
    '2001:db8::/32',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    'crm.internal/24',
  ])('may not be %s', (network) => {
    expect(() => rulesOf('10.3.0.0/16', network)).toThrow(new RegExp(`^${network.replaceAll('.', '\\.')}: not a CIDR`));
  });

  it('hold their addresses and no others, whatever the clothes', () => {
    const { isPrivateAddress } = rulesOf('10.3.0.0/16', 'fd12::/16');
    for (const address of ['10.3.0.1', '10.3.255.255', 'fd12::1']) expect(isPrivateAddress(address)).toBe(true);
    for (const address of [
      '10.4.0.1',
      '10.2.255.255',
      '127.0.0.1',
      '::ffff:10.3.0.1',
      'fd13::1',
      'fd12::1%eth0',
      'crm.internal',
      '8.8.8.8',
    ])
      expect(isPrivateAddress(address)).toBe(false);
  });

  it('never hold the addresses at which clouds answer metadata', () => {
    const { isPrivateAddress } = rulesOf('100.64.0.0/10', 'fc00::/7');
    expect(isPrivateAddress('100.100.100.201')).toBe(true);
    for (const address of ['100.100.100.200', 'fd00:ec2::254', 'fd20:ce::254'])
      expect(isPrivateAddress(address)).toBe(false);
  });
});

describe('private hosts of a tenant', () => {
  it('are what is listed, at the ports that are', () => {
    const { isPrivateHost } = tenantRules({
      privateHosts: ['crm.acme.internal', '*.lan.acme:9443'],
      privateNetworks: [],
    });
    expect(isPrivateHost('crm.acme.internal', 443)).toBe(true);
    expect(isPrivateHost('crm.acme.internal', 9443)).toBe(false);
    expect(isPrivateHost('a.lan.acme', 9443)).toBe(true);
    expect(isPrivateHost('a.lan.acme', 443)).toBe(false);
    expect(isPrivateHost('lan.acme', 9443)).toBe(false);
    expect(isPrivateHost('other.internal', 443)).toBe(false);
  });
});
