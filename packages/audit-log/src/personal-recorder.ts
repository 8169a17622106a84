import type { AuditData } from '@patchbay/contracts';
import { type SubjectToken, unknownDigest, unknownSubject } from '@patchbay/contracts';
import type { AuditDraft, AuditEntry, AuditRecorder, DraftEntry, Recording } from './audit-recorder.ts';
import { isContact } from './personal-identifiers.ts';
import type { PersonalKeys } from './personal-keys.ts';
import { type PersonalValues, sealPersonal } from './sealed-personal.ts';

/** An event that may name somebody, as `actor.end_user` or otherwise: what is published does not. */
export interface PersonalEntry extends AuditEntry {
  /** What is kept of the person, sealed under their key: only what the tenant wants kept. Without `actor.end_user` it is left out. */
  readonly personal?: PersonalValues;
}

export interface PersonalDraftEntry extends DraftEntry, Pick<PersonalEntry, 'personal'> {}

export interface PersonalRecorder extends AuditRecorder {
  /** Where a key is not at hand, all is done when it is completed. */
  draft(entry: PersonalDraftEntry): AuditDraft;
  begin(entry: PersonalEntry): Recording;
  record(entry: PersonalEntry): Promise<void>;
}

/**
 * A recorder that takes entries which name persons, and records their tokens: of `actor.end_user`, and of a session or a user's id that
 * is a phone number or an e-mail address; and that takes the SHA-256 of arguments, and records it under the tenant's key, so that nobody can
 * guess at them. With the keys at hand an entry is recorded at once; else it waits for the vault, for a quarter of a second at most, and
 * then says `tok_unknown` or `hmac_unknown`. Personal values whose key cannot be had are not kept.
 */
export function withTokens(recorder: AuditRecorder, keys: PersonalKeys): PersonalRecorder {
  const waiting = new Set<Promise<unknown>>();

  function begin(entry: PersonalEntry): Recording {
    const { personal, ...rest } = entry;
    const data = dataNow(rest.tenant, rest.data, personal);
    return data === null ? later(prepare(rest, namedIn(rest.data.actor), personal)) : recorder.begin({ ...rest, data });
  }

  function draft(entry: PersonalDraftEntry): AuditDraft {
    const { personal, ...rest } = entry;
    const data = dataNow(rest.tenant, rest.data, personal);
    if (data !== null) return recorder.draft({ ...rest, data });
    return {
      complete: (more, how) => begin({ ...entry, ...how, data: { ...rest.data, ...more } }),
    };
  }

  /** The data as it is recorded; null while a key that it takes is not at hand. */
  function dataNow<Data extends DraftEntry['data']>(
    tenant: string,
    data: Data,
    personal: PersonalValues | undefined,
  ): Data | null {
    const named = namedIn(data.actor);
    const digest = bareDigestOf(data);
    if (named.length === 0 && digest === undefined) return data;
    const tokens = named.map(({ text }) => keys.tokenNow(tenant, text));
    const keyed = digest === undefined ? undefined : keys.digestNow(tenant, digest);
    if (keyed === null || !tokens.every((token) => token !== null)) return null;
    const told = withNames(data, named, tokens, keyed);
    const subject = subjectOf(told);
    if (personal === undefined || subject === null) return told;
    const key = keys.dataKeyNow(tenant, subject);
    return key === null ? null : { ...told, sealed: sealPersonal(tenant, subject, key, personal) };
  }

  async function prepare(
    entry: AuditEntry,
    named: readonly Named[],
    personal: PersonalValues | undefined,
  ): Promise<AuditEntry> {
    const { tenant } = entry;
    const digest = bareDigestOf(entry.data);
    const tokens = await Promise.all(named.map(({ text }) => keys.token(tenant, text)));
    const keyed = digest === undefined ? undefined : await keys.digest(tenant, digest);
    const data = withNames(entry.data, named, tokens, keyed);
    const subject = subjectOf(data);
    const key = personal === undefined || subject === null ? null : await keys.dataKey(tenant, subject);
    if (personal === undefined || subject === null || key === null) return { ...entry, data };
    return { ...entry, data: { ...data, sealed: sealPersonal(tenant, subject, key, personal) } };
  }

  /** The same moments, of an entry that is not ready yet. */
  function later(ready: Promise<AuditEntry>): Recording {
    const begun = ready.then((entry) => recorder.begin(entry));
    const handed = begun.then((recording) => recording.handed ?? undefined);
    const sent = begun.then((recording) => recording.sent);
    const durable = begun.then((recording) => recording.durable);
    waiting.add(begun);
    const done = () => void waiting.delete(begun);
    begun.then(done, done);
    for (const moment of [handed, sent, durable]) moment.catch(() => {});
    return { handed, sent, durable };
  }

  return {
    draft,
    begin,
    record: (entry) => begin(entry).durable,
    windDown: () => recorder.windDown(),
    async close() {
      await Promise.allSettled(waiting);
      await recorder.close();
    },
  };
}

/**
 * The data with no person named in it: what is no token becomes `unknownSubject`, and a digest under no key `unknownDigest`. For whoever
 * records without keys.
 */
export function withoutPersons<Data extends DraftEntry['data']>(data: Data): Data {
  const { end_user: endUser } = data.actor;
  const isNamed = endUser !== undefined && endUser !== unknownSubject && !isToken.test(endUser);
  const isBare = bareDigestOf(data) !== undefined;
  if (!isNamed && !isBare) return data;
  return {
    ...data,
    ...(isNamed && { actor: { ...data.actor, end_user: unknownSubject } }),
    ...(isBare && { arguments_digest: unknownDigest }),
  };
}

/** As `SubjectToken`, without a parser's price for each event. */
const isToken = /^tok_[A-Za-z0-9_-]{43}$/;

/** The digest of arguments, unless it is under a key already. */
function bareDigestOf({ arguments_digest: digest }: DraftEntry['data']): string | undefined {
  return digest?.startsWith('hmac_') === true ? undefined : digest;
}

interface Named {
  readonly field: 'end_user' | 'session' | 'id';
  readonly text: string;
}

function namedIn({ kind, id, session, end_user: endUser }: AuditData['actor']): Named[] {
  const named: Named[] = [];
  if (endUser !== undefined) named.push({ field: 'end_user', text: endUser });
  if (session !== undefined && isContact(session)) named.push({ field: 'session', text: session });
  if (kind === 'user' && isContact(id)) named.push({ field: 'id', text: id });
  return named;
}

function withNames<Data extends DraftEntry['data']>(
  data: Data,
  named: readonly Named[],
  tokens: readonly string[],
  digest: string | undefined,
): Data {
  const actor = { ...data.actor };
  named.forEach(({ field }, i) => {
    actor[field] = tokens[i] as string;
  });
  return digest === undefined ? { ...data, actor } : { ...data, actor, arguments_digest: digest };
}

function subjectOf({ actor }: DraftEntry['data']): SubjectToken | null {
  return actor.end_user === undefined || actor.end_user === unknownSubject ? null : actor.end_user;
}
