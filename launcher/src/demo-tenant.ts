import { randomBytes } from 'node:crypto';
import type { IntegrationDocument } from '@patchbay/contracts';
import type { Admin } from '@patchbay/sdk';
import { exampleConnection } from '@patchbay/testkit/sandbox';

/** Gives the demo tenant a connection for each integration it has none for. Returns how many were added. */
export async function ensureDemoConnections(admin: Admin, documents: readonly IntegrationDocument[]): Promise<number> {
  const connected = new Set(
    (await admin.listConnections()).filter(({ status }) => status === 'active').map(({ integration }) => integration),
  );
  const missing = documents.filter(({ id, auth }) => auth.type !== 'none' && !connected.has(id));
  for (const document of missing) {
    // Of the right kind, with every field that the document's templates read: the sandbox takes any.
    const secret = () => `demo-${randomBytes(24).toString('base64url')}`;
    const { credential, variables } = exampleConnection(document, secret);
    if (credential === null) continue;
    await admin.addConnection({
      integration: document.id,
      label: `${document.name} (demo)`,
      variables,
      credential,
    });
  }
  return missing.length;
}
