import type { Connection } from '@patchbay/contracts';

/**
 * A connection as it is stored. Which connection is the default is not part of it: that is one pointer for each tenant and
 * integration, so that there can never be two and switching is one write.
 */
export interface ConnectionRecord extends Omit<Connection, 'is_default'> {
  /** RFC 3339; when an OAuth access token ends. Lets an expired one be refused without decrypting it. */
  readonly credential_expires_at: string | null;
  /** RFC 3339; when the present version was stored. */
  readonly credential_stored_at: string;
  /** Whether a new token can be had without anybody: see `isRefreshable`. */
  readonly refreshable: boolean;
  /** The lowest version of the credential that may still be stored; those below are gone. */
  readonly oldest_credential: number;
}

/** The connection as others see it. */
export function toConnection(record: ConnectionRecord, defaultId: string | null): Connection {
  const {
    credential_expires_at: _expires,
    credential_stored_at: _stored,
    refreshable: _refreshable,
    oldest_credential: _oldest,
    ...connection
  } = record;
  return { ...connection, is_default: record.id === defaultId };
}

/** The newest active connection of the integration, for when its default goes. Ids sort by creation time. */
export function newestActive(records: readonly ConnectionRecord[], integration: string): ConnectionRecord | null {
  return records
    .filter((record) => record.integration === integration && record.status === 'active')
    .reduce<ConnectionRecord | null>(
      (newest, record) => (newest === null || record.id > newest.id ? record : newest),
      null,
    );
}
