import { expect, test } from 'vitest';
import { hostOf, isLoopback, unconfirmedHosts } from './judge-target.ts';

test('only names and addresses of this machine itself are loopback', () => {
  for (const host of ['localhost', 'LOCALHOST.', 'api.localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'])
    expect(isLoopback(host), host).toBe(true);
  for (const host of ['0.0.0.0', '127.0.0.1.example.com', 'localhost.example.com', '10.0.0.1', '::', '128.0.0.1', ''])
    expect(isLoopback(host), host).toBe(false);
});

test('every other host must be confirmed by its name', () => {
  const urls = [
    'nats://127.0.0.1:4222',
    'nats-1.example.com:4222',
    'https://api.example.com/v1',
    'https://API.example.com',
  ];
  expect(unconfirmedHosts(urls, [])).toEqual(['nats-1.example.com', 'api.example.com']);
  expect(unconfirmedHosts(urls, ['Api.Example.com'])).toEqual(['nats-1.example.com']);
  expect(unconfirmedHosts(urls, ['api.example.com', 'nats-1.example.com'])).toEqual([]);
  expect(hostOf('tls://user:secret@one.example.com:4222')).toBe('one.example.com');
});
