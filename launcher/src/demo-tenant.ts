import { randomBytes } from 'node:crypto';
import type { Credential, IntegrationDocument } from '@patchbay/contracts';
import type { Admin } from '@patchbay/sdk';

/** A made-up credential of the right kind: the sandbox takes any. */
function demoCredential(document: IntegrationDocument): Credential {
  const secret = `demo-${randomBytes(24).toString('base64url')}`;
  switch (document.auth.type) {
    case 'basic':
      return { type: 'basic', username: 'demo', password: secret };
    case 'bearer':
      return { type: 'bearer', token: secret };
    case 'oauth2':
      return { type: 'oauth2', access_token: secret, token_type: 'Bearer' };
    case 'custom':
      return { type: 'custom', fields: { api_key: secret } };
    default:
      return { type: 'api_key', api_key: secret };
  }
}

/** Gives the demo tenant a connection for each integration it has none for. Returns how many were added. */
export async function ensureDemoConnections(admin: Admin, documents: readonly IntegrationDocument[]): Promise<number> {
  const connected = new Set(
    (await admin.listConnections()).filter(({ status }) => status === 'active').map(({ integration }) => integration),
  );
  const missing = documents.filter(({ id, auth }) => auth.type !== 'none' && !connected.has(id));
  for (const document of missing) {
    const variables = Object.fromEntries(
      Object.entries(document.variables ?? {}).map(([name, variable]) => [
        name,
        variable.example ?? variable.default ?? 'demo',
      ]),
    );
    await admin.addConnection({
      integration: document.id,
      label: `${document.name} (demo)`,
      variables,
      credential: demoCredential(document),
    });
  }
  return missing.length;
}
