import { loadSchemes, type WebhookScheme } from '@patchbay/webhook-schemes';
import { expect, test } from 'vitest';
import { UsageError } from '../failures.ts';
import { directoryWith } from '../running-patchbay.fixture.ts';
import { fakeIo } from './fake-io.test-support.ts';
import { readNewSecret } from './new-secret.ts';

const cwd = directoryWith({ secret: 'whsec_1\n', blank: ' \n' });
const io = (input = '') => fakeIo({ input, cwd });
const stripe = loadSchemes().get('stripe') as WebhookScheme;
const certificate = [...loadSchemes().values()].find(
  ({ secret }) => secret.given_by === 'certificate',
) as WebhookScheme;

test('a secret comes from a file or is piped in, or is left for later', async () => {
  expect(await readNewSecret('secret', stripe, io())).toBe('whsec_1');
  expect(await readNewSecret('-', stripe, io('whsec_2\r\n'))).toBe('whsec_2');
  expect(await readNewSecret(undefined, stripe, io())).toBeNull();
});

test('a blank one is refused, and one for a vendor that has none', async () => {
  await expect(readNewSecret('blank', stripe, io())).rejects.toThrow('blank is empty');
  await expect(readNewSecret('-', stripe, io())).rejects.toThrow('Standard input is empty');
  await expect(readNewSecret('secret', certificate, io())).rejects.toThrow(UsageError);
});
