import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint } from '@patchbay/messaging';
import type { Documents } from './operations/ports.ts';
import { type PutPrivacyPolicyPorts, putPrivacyPolicy } from './operations/privacy/put-privacy-policy.ts';
import { showPrivacyPolicy } from './operations/privacy/show-privacy-policy.ts';
import { testPrivacyPolicy } from './operations/privacy/test-privacy-policy.ts';
import { callerOf } from './policy-endpoints.ts';

/** What the registry answers about privacy policies. */
export function privacyEndpoints(
  ports: PutPrivacyPolicyPorts & { readonly documents: Pick<Documents, 'resolve'> },
): AnyEndpoint[] {
  const [show, put, test] = [showPrivacyPolicy(ports), putPrivacyPolicy(ports), testPrivacyPolicy(ports)];
  return [
    endpoint('show-privacy-policy', routes.showPrivacyPolicy, (body) => show(body)),
    endpoint('put-privacy-policy', routes.putPrivacyPolicy, (body, context) => put(body, callerOf(body, context))),
    endpoint('test-privacy-policy', routes.testPrivacyPolicy, (body) => test(body)),
  ];
}
