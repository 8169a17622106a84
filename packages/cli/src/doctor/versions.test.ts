import { expect, test } from 'vitest';
import { natsVersion } from './versions.ts';

test.each([
  ['2.9.10', 'fail'],
  ['2.10.0', 'warn'],
  ['2.11.9', 'warn'],
  ['2.12.11', 'warn'],
  ['2.12.12', 'ok'],
  ['2.13.0', 'warn'],
  ['2.14.2', 'warn'],
  ['2.14.3', 'ok'],
  ['2.15.1', 'ok'],
  ['3.0.0', 'ok'],
])('nats-server %s is %s', (version, status) => {
  expect(natsVersion('nats', version, 'here').status).toBe(status);
});
