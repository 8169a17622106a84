import { describe, expect, it } from 'vitest';
import { refusalByHosts } from './allow-list.ts';
import { isPublicAddress } from './public-address.ts';
import { createTargetFinder, type Target } from './target.ts';

const find = createTargetFinder({ trustedOrigins: new Set(['http://127.0.0.1:4010']), isPublic: isPublicAddress });

function targetOf(url: string): Target {
  const destination = find(url);
  if (typeof destination === 'string') throw new Error(destination);
  return destination.target;
}

describe('an allow-list of hosts', () => {
  it.each([
    ['https://api.example.com/', 'api.example.com'],
    ['https://API.Example.com/', 'Api.Example.COM'],
    ['https://bücher.ch/', 'bücher.ch'],
    ['https://bücher.ch/', 'xn--bcher-kva.ch'],
    ['https://a.example.com/', '*.example.com'],
    ['https://a.b.example.com/', '*.example.com'],
    ['https://api.example.com:8443/', 'api.example.com'],
    ['https://api.example.com:9443/', 'api.example.com:9443'],
    ['https://api.example.com/', 'api.example.com:443'],
    ['https://a.example.com:9443/', '*.example.com:9443'],
    ['https://8.8.8.8/', '8.8.8.8'],
    ['https://[2606:4700:4700::1111]/', '[2606:4700:4700:0::1111]'],
    ['http://127.0.0.1:4010/', '127.0.0.1'],
  ])('lets %s pass by %s', (url, entry) => {
    expect(refusalByHosts(targetOf(url), ['other.example.org', entry])).toBeNull();
  });

  it.each([
    ['https://example.com/', '*.example.com', 'host_not_allowed'],
    ['https://notexample.com/', '*.example.com', 'host_not_allowed'],
    ['https://api.example.com.evil.org/', 'api.example.com', 'host_not_allowed'],
    ['https://a.example.com.evil.org/', '*.example.com', 'host_not_allowed'],
    ['https://api.example.com/', 'example.com', 'host_not_allowed'],
    ['https://api.example.com/', '*', 'host_not_allowed'],
    ['https://api.example.com/', '*.com', 'host_not_allowed'],
    ['https://8.8.8.8/', '*.8.8.8', 'host_not_allowed'],
    ['https://api.example.com/', '*.*.com', 'host_not_allowed'],
    ['https://api.example.com/', 'https://api.example.com', 'host_not_allowed'],
    ['https://api.example.com/', 'api.example.com/', 'host_not_allowed'],
    ['https://api.example.com/', '', 'host_not_allowed'],
    ['https://api.example.com/', 'a b', 'host_not_allowed'],
    ['https://api.example.com/', '[x]', 'host_not_allowed'],
    ['https://api.example.com/', 'api.example.com:8443', 'host_not_allowed'],
    ['https://api.example.com:9443/', 'api.example.com', 'port_not_allowed'],
    ['https://api.example.com:9443/', 'api.example.com:9444', 'port_not_allowed'],
    ['https://api.example.com:9443/', '*.example.com', 'port_not_allowed'],
  ])('does not let %s pass by %j', (url, entry, reason) => {
    expect(refusalByHosts(targetOf(url), [entry])).toBe(reason);
  });

  it('lets nothing pass when it is empty', () => {
    expect(refusalByHosts(targetOf('https://api.example.com/'), [])).toBe('host_not_allowed');
  });

  it('remembers no more entries than it may, and judges the same after it has forgotten', () => {
    const target = targetOf('https://api.example.com/');
    for (let index = 0; index < 5_000; index += 1) refusalByHosts(target, [`*.h${index}.example.org`]);
    expect(refusalByHosts(target, ['*.example.com'])).toBeNull();
  });
});
