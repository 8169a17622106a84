import type { Generated } from 'kysely';

/** The tables of the audit store, for queries. Their definition is in `migrations/`. */
export interface AuditTables {
  audit_events: {
    event_id: string;
    tenant: string;
    class: string;
    type: string;
    time: string;
    stream_sequence: string;
    received_at: Generated<string>;
    producer: string;
    execution_id: string | null;
    tool: string | null;
    session: string | null;
    status: string;
    error_code: string | null;
    duration_ms: number | null;
    tokens: number | null;
    /** Null in rows from before there was the column. */
    replayed: boolean | null;
    altered: boolean;
    /** The person's token; null in rows from before there was the column. */
    end_user: string | null;
    /** JSON; `{}` once the body is gone. */
    event: string;
    /** When the body went. */
    purged_at: string | null;
  };
  audit_blobs: {
    event_id: string;
    tenant: string;
    subject: string;
    key: string;
    ciphertext: Uint8Array;
  };
  audit_quarantine: {
    stream_sequence: string;
    position: number;
    sha256: string;
    received_at: Generated<string>;
    subject: string;
    producer: string | null;
    reason: string;
    detail: string;
    size_bytes: number;
    copy: Uint8Array;
  };
}
