import type { IntegrationDocumentInput } from '@patchbay/contracts';

type Auth = IntegrationDocumentInput['auth'];

/** `connect.{region}.amazonaws.com`, `abc123.execute-api.eu-west-1.amazonaws.com`. */
const hostShape =
  /^https:\/\/(?:[^/]+\.)?([a-z0-9-]+)\.([a-z0-9-]+|\{[a-z][a-z0-9_]*\})\.amazonaws\.com(?:\.cn)?(?:\/|$)/;

/**
 * For which service and region requests are signed, as the host tells: an OpenAPI description does not. Both are a guess that the note names,
 * since some services sign under another name than their host's.
 */
export function withAwsPlace(auth: Auth, baseUrl: string): { readonly auth: Auth; readonly notes: readonly string[] } {
  if (auth.type !== 'aws_sigv4') return { auth, notes: [] };
  const [, service = 'execute-api', region = 'us-east-1'] = hostShape.exec(baseUrl) ?? [];
  const told = hostShape.test(baseUrl) ? 'taken from the host' : 'which the host does not tell: taken for API Gateway';
  return {
    auth: { ...auth, service, region },
    notes: [
      `Requests are signed for service ${service} in ${region}, ${told}. Some sign under another name: see that it is right.`,
    ],
  };
}
