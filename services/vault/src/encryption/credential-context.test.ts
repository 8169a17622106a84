import { expect, it } from 'vitest';
import { credentialContext } from './credential-context.ts';

const binding = {
  tenant: 'acme',
  connection: 'con_01JD0000000000000000000000',
  integration: 'zendesk',
  version: 3,
  variables: { subdomain: 'acme', region: 'eu' },
};

it('names everything the credential belongs to, and no variable in clear', () => {
  expect(credentialContext(binding)).toEqual({
    connection: 'con_01JD0000000000000000000000',
    field: 'credential',
    integration: 'zendesk',
    tenant: 'acme',
    // SHA-256 of [["region","eu"],["subdomain","acme"]]: stored ciphertexts depend on it staying the same.
    variables: 'JOcLJJhd-UqEBK_qVkmB_PFNs_362oNjV1GjDv9ymvg',
    version: '3',
  });
});

it('is the same whatever order the variables come in', () => {
  expect(credentialContext({ ...binding, variables: { region: 'eu', subdomain: 'acme' } })).toEqual(
    credentialContext(binding),
  );
});

it.each([
  ['tenant', { tenant: 'globex' }],
  ['connection', { connection: 'con_01JD0000000000000000000001' }],
  ['integration', { integration: 'slack' }],
  ['version', { version: 4 }],
  ['a variable', { variables: { subdomain: 'evil', region: 'eu' } }],
  ['a missing variable', { variables: { subdomain: 'acme' } }],
])('changes with %s', (_, change) => {
  expect(credentialContext({ ...binding, ...change })).not.toEqual(credentialContext(binding));
});
