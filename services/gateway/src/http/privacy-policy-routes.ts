import {
  PutPrivacyPolicyRequest,
  PutPrivacyPolicyResult,
  ShowPrivacyPolicyResult,
  TestPrivacyPolicyRequest,
  TestPrivacyPolicyResult,
} from '@patchbay/contracts';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';

/** What a tenant wants done with personal data. */
export function privacyPolicyRoutes({ adminOf }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'policies', of: 'tenant' } as const;
  return [
    route({
      ...about,
      method: 'GET',
      path: '/v1/privacy-policy',
      operationId: 'getPrivacyPolicy',
      summary: 'What is done with personal data in arguments, results, logs and webhooks; null: nothing',
      scope: 'policies:read',
      response: ShowPrivacyPolicyResult,
      etag: true,
      handler: async ({ tenant }) => ({ privacy: await adminOf(tenant).privacy.show() }),
    }),
    route({
      ...about,
      method: 'PUT',
      path: '/v1/privacy-policy',
      operationId: 'putPrivacyPolicy',
      summary: 'Say what is to be done with personal data',
      scope: 'policies:write',
      body: PutPrivacyPolicyRequest.pick({ policy: true, expected_version: true }),
      response: PutPrivacyPolicyResult,
      handler: ({ tenant, body: { policy, expected_version }, principal }) =>
        adminOf(tenant).privacy.put(policy, {
          by: principal.id,
          ...(expected_version !== undefined && { expectedVersion: expected_version }),
        }),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/privacy-policy/test',
      operationId: 'testPrivacyPolicy',
      summary: 'What would become of a value, also by a draft; nothing is called, stored or logged',
      scope: 'policies:read',
      body: TestPrivacyPolicyRequest.omit({ tenant: true }),
      response: TestPrivacyPolicyResult,
      handler: ({ tenant, body: { direction, value, tool, policy } }) =>
        adminOf(tenant).privacy.test(direction, value, {
          ...(tool !== undefined && { tool }),
          ...(policy !== undefined && { policy }),
        }),
    }),
  ];
}
