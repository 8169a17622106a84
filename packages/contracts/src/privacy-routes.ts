import {
  PutPrivacyPolicyRequest,
  PutPrivacyPolicyResult,
  ShowPrivacyPolicyRequest,
  ShowPrivacyPolicyResult,
  TestPrivacyPolicyRequest,
  TestPrivacyPolicyResult,
} from './messages/privacy-policy.ts';
import { request } from './route-kinds.ts';

/** The registry keeps privacy policies; executors and the ingress of webhooks go by them. */
export const privacyRoutes = {
  showPrivacyPolicy: request({
    subject: 'svc.registry.v1.privacy.show',
    owner: 'registry',
    callers: ['admin', 'gateway'],
    request: ShowPrivacyPolicyRequest,
    response: ShowPrivacyPolicyResult,
    timeoutMs: 5_000,
  }),
  putPrivacyPolicy: request({
    subject: 'svc.registry.v1.privacy.put',
    owner: 'registry',
    callers: ['admin', 'gateway'],
    request: PutPrivacyPolicyRequest,
    response: PutPrivacyPolicyResult,
    timeoutMs: 10_000,
  }),
  testPrivacyPolicy: request({
    subject: 'svc.registry.v1.privacy.test',
    owner: 'registry',
    callers: ['admin', 'gateway'],
    request: TestPrivacyPolicyRequest,
    response: TestPrivacyPolicyResult,
    timeoutMs: 5_000,
  }),
};
