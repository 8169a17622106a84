import { type Connection, type Credential, PatchbayError } from '@patchbay/contracts';
import { toConnection } from '../domain/connection-record.ts';
import { auditedChange } from '../operations/audited-change.ts';
import { type CreateConnectionPorts, createConnection } from '../operations/create-connection.ts';
import type { Caller } from '../operations/ports.ts';
import { forgetOlder, replaceCredential } from '../operations/replace-credential.ts';
import type { ConnectRecord } from './connect-record.ts';
import { OAuthFailure } from './oauth-failure.ts';

/** What of a connect says where its token goes. */
export type ConnectGoal = Pick<
  ConnectRecord,
  'tenant' | 'integration' | 'label' | 'variables' | 'make_default' | 'reconnect'
>;

/**
 * Stores a token that a connect brought: as a new connection, or in the place of an existing one's.
 * @param variables those that came with the token.
 * @returns the connection's id.
 * @throws OAuthFailure when the token is of another account than the connection's; PatchbayError as of `createConnection`.
 */
export async function settleConnect(
  ports: CreateConnectionPorts & { readonly broadcastRevocation: (of: { tenant: string; connection: string }) => void },
  goal: ConnectGoal,
  credential: Credential,
  variables: Readonly<Record<string, string>>,
  caller: Caller,
): Promise<string> {
  const { tenant, integration, reconnect: id } = goal;
  if (id === null) {
    const details = { ...goal, variables: { ...goal.variables, ...variables } };
    return (await createConnection(ports, details, credential, caller)).id;
  }
  const found = await ports.connections.get(tenant, id);
  if (found === null || found.value.integration !== integration)
    throw new PatchbayError('connection_missing', { message: 'The tenant has no such connection.' });
  // The host that a connection's credential goes to stays the one it was made for.
  for (const [name, value] of Object.entries(variables))
    if (found.value.variables[name] !== value) throw new OAuthFailure('refused', 'another_account');
  const change = { tenant, type: 'dev.patchbay.connection.reconnected', connection: id, integration } as const;
  return auditedChange(ports, change, caller, async () => {
    const { record } = await replaceCredential(ports, { tenant, id, seen: null }, credential);
    await forgetOlder(ports.credentials, record).catch(() => {});
    ports.broadcastRevocation({ tenant, connection: id });
    return { result: id, facts: { credential_version: record.credential_version } };
  });
}

/** The connection as others see it. */
export async function connectionOf(
  ports: Pick<CreateConnectionPorts, 'connections'>,
  tenant: string,
  id: string,
): Promise<Connection> {
  const found = await ports.connections.get(tenant, id);
  if (found === null) throw new PatchbayError('connection_missing');
  return toConnection(found.value, (await ports.connections.getDefault(tenant, found.value.integration)).connection);
}
