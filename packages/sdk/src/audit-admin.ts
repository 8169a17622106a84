import {
  type AuditSink,
  type BeginExportResult,
  type ExportJob,
  type LegalHold,
  type ListRetentionResult,
  newId,
  type PurgeExpiredResult,
  routes,
  type SetRegimeResult,
  type SetRetentionResult,
  type SetSinkResult,
} from '@patchbay/contracts';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';
import type { z } from 'zod';

type Request<Route extends { readonly request: z.ZodType }> = Omit<z.input<Route['request']>, 'tenant'>;

/** A piece of an export's text, and how many of its records are behind the piece's end. */
export interface AuditExportPiece {
  readonly text: string;
  readonly records: number;
}

/** An export on its way. */
export interface AuditExport extends Omit<BeginExportResult, 'ticket'> {
  /** Its text, at the pace of whoever takes it. The same range gives the same text. */
  readonly pieces: AsyncIterable<AuditExportPiece>;
}

/** How an operator keeps the audit log and hands it out. `tenant` null where it may be: what holds for every tenant. */
export interface AuditAdmin {
  /** The tenant's rules of retention and what follows from them. */
  retention(options?: { readonly tenant: string | null }): Promise<ListRetentionResult>;
  /** `days` null: without limit. */
  setRetention(
    rule: Request<typeof routes.setRetention>,
    options?: { readonly tenant: string | null },
  ): Promise<SetRetentionResult>;
  removeRetention(
    rule?: Request<typeof routes.removeRetention>,
    options?: { readonly tenant: string | null },
  ): Promise<void>;
  /** Binds the tenant to what a law asks for, or to nothing any more. */
  setRegime(regime: 'hipaa' | null): Promise<SetRegimeResult>;
  /** Takes away now what is past its time; `dryRun` counts only. */
  purge(options?: { readonly dryRun?: boolean }): Promise<PurgeExpiredResult>;
  placeHold(hold: Request<typeof routes.placeHold>): Promise<LegalHold>;
  holds(options?: { readonly released?: boolean }): Promise<LegalHold[]>;
  releaseHold(hold: string, reason: string): Promise<LegalHold>;
  /** Begins an export of the tenant's log; that is recorded in it. */
  export(range?: Request<typeof routes.beginExport>): Promise<AuditExport>;
  /** Has one put into the object storage of the audit service. */
  startExport(range?: Request<typeof routes.startExport>): Promise<ExportJob>;
  exports(id?: string): Promise<ExportJob[]>;
  sinks(options?: { readonly tenant: string | null }): Promise<AuditSink[]>;
  /** `token` is sealed to the vault's key here. */
  setSink(sink: Omit<Request<typeof routes.setSink>, 'token'> & { readonly token?: string }): Promise<SetSinkResult>;
  removeSink(name: string): Promise<AuditSink>;
  pauseSink(name: string, paused: boolean, options?: { readonly tenant: string | null }): Promise<AuditSink>;
}

export function auditOver(messaging: Messaging, ownTenant: string): AuditAdmin {
  const own = { tenant: ownTenant };
  return {
    retention: (whose = own) => messaging.request(routes.listRetention, {}, whose),
    setRetention: (rule, whose = own) => messaging.request(routes.setRetention, {}, { ...rule, ...whose }),
    async removeRetention(rule = {}, whose = own) {
      await messaging.request(routes.removeRetention, {}, { ...rule, ...whose });
    },
    setRegime: (regime) => messaging.request(routes.setRegime, {}, { ...own, regime }),
    purge: ({ dryRun = false } = {}) => messaging.request(routes.purgeExpired, {}, { ...own, dry_run: dryRun }),
    placeHold: async (hold) => (await messaging.request(routes.placeHold, {}, { ...own, ...hold })).hold,
    holds: async ({ released = false } = {}) =>
      (await messaging.request(routes.listHolds, {}, { ...own, released })).holds,
    releaseHold: async (hold, reason) =>
      (await messaging.request(routes.releaseHold, {}, { ...own, hold, reason })).hold,
    async export(range = {}) {
      const { ticket, ...begun } = await messaging.request(routes.beginExport, {}, { ...own, ...range });
      return { ...begun, pieces: piecesOf(messaging, begun, ticket) };
    },
    startExport: async (range = {}) => (await messaging.request(routes.startExport, {}, { ...own, ...range })).export,
    exports: async (id) =>
      (await messaging.request(routes.listExports, {}, { ...own, ...(id !== undefined && { id }) })).exports,
    sinks: async (whose = own) => (await messaging.request(routes.listSinks, {}, whose)).sinks,
    async setSink({ token, ...sink }) {
      const sealed = token === undefined ? {} : { token: await sealToken(messaging, token) };
      return messaging.request(routes.setSink, {}, { ...own, ...sink, ...sealed });
    },
    removeSink: async (name) => (await messaging.request(routes.removeSink, {}, { ...own, name })).sink,
    pauseSink: async (name, paused, whose = own) =>
      (await messaging.request(routes.pauseSink, {}, { ...whose, name, paused })).sink,
  };
}

/** The text of an export that was begun, page by page. */
async function* piecesOf(
  messaging: Messaging,
  { from_index: first, to_index: size }: Omit<BeginExportResult, 'ticket'>,
  ticket: string,
): AsyncGenerator<AuditExportPiece> {
  let place: Place | null | undefined;
  while (place !== null) {
    const asked = { ticket, ...(place !== undefined && { place }) };
    const page: { text: string; next: Place | null } = await messaging.request(routes.readExport, {}, asked);
    yield { text: page.text, records: (page.next?.index ?? size) - first };
    place = page.next;
  }
}

interface Place {
  index: number;
  offset: number;
}

/** As the vault takes a secret that a service keeps. */
async function sealToken(messaging: Messaging, value: string) {
  const { public_key: vaultKey } = await messaging.request(routes.getVaultKey, {}, {});
  const keys = createSealingKeys();
  const sealed = Buffer.from(keys.seal(Buffer.from(JSON.stringify({ value })), vaultKey)).toString('base64');
  return { secret_id: newId('webhookSecret'), sealed, public_key: keys.publicKey };
}
