import { createHmac } from 'node:crypto';
import {
  erasedTokenChars,
  events,
  LentSubjectKey,
  LentTokenKey,
  maxSubjectKeyLifeMs,
  PatchbayError,
  routes,
  type SubjectToken,
  unknownDigest,
  unknownSubject,
} from '@patchbay/contracts';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';
import { LentKeys } from './lent-keys.ts';
import { canonicalSubject, subjectTokens } from './personal-identifiers.ts';

/** A person's key, as the vault lent it. */
export interface LentDataKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** What a producer of audit events needs so that nobody is named in them. */
export interface PersonalKeys {
  /** A person's token, from what is held; null when the vault has to be asked. */
  tokenNow(tenant: string, identifier: string): string | null;
  /** The same, asking if need be; `unknownSubject` when the vault does not answer in time. Never rejects. */
  token(tenant: string, identifier: string): Promise<string>;
  /** A digest of arguments under the tenant's key, from what is held; null when the vault has to be asked. */
  digestNow(tenant: string, digest: string): string | null;
  /** The same, asking if need be; `unknownDigest` when the vault does not answer in time. Never rejects. */
  digest(tenant: string, digest: string): Promise<string>;
  /** A person's key, from what is held; null when the vault has to be asked. */
  dataKeyNow(tenant: string, subject: SubjectToken): LentDataKey | null;
  /** The same, asking if need be; null when the vault does not answer in time, or lends none. Never rejects. */
  dataKey(tenant: string, subject: SubjectToken): Promise<LentDataKey | null>;
  /** Forgets everything. */
  close(): void;
}

export interface PersonalKeysOptions {
  readonly messaging: Pick<Messaging, 'request' | 'subscribeEvent' | 'onReconnect'>;
  /** The service that this process is of. */
  readonly service: 'executor' | 'gateway';
  /** Milliseconds that an event waits for a key. Default 250. */
  readonly waitMs?: number;
  /** Told why a key could not be had, at most every ten seconds. */
  readonly onAway?: (failure: unknown) => void;
}

interface TokenKey {
  readonly key: Buffer;
  /** Null: a vault of before there were such keys. */
  readonly digestKey: Buffer | null;
  readonly erased: ReadonlySet<string>;
  /** Tokens made with it, by identifier as it was said. */
  readonly made: Map<string, SubjectToken>;
}

/** Tokens held of a tenant; those of before go when it is full. */
const mostTokens = 10_000;
const awayEveryMs = 10_000;
/** Milliseconds that what is to be kept waits for its key: it goes with events that nobody waits for. */
const keepWaitMs = 2_000;
/** Milliseconds after a wait in vain in which a tenant's events wait for no key: the vault is asked beside them. */
const patienceMs = 5_000;

/** Keys held for a minute at most, and forgotten at once when the vault says that somebody was erased. */
export function openPersonalKeys(options: PersonalKeysOptions): PersonalKeys {
  const { messaging, service, waitMs = 250, onAway = () => {} } = options;
  const sealing = createSealingKeys();
  const subject = { caller: service };
  const bounds = { lifeMs: maxSubjectKeyLifeMs, most: 10_000 };
  const tokenKeys = new LentKeys<TokenKey>({ ...bounds, wipe: wipeTokenKey });
  const dataKeys = new LentKeys<LentDataKey>({ ...bounds, wipe: ({ key }) => void key.fill(0) });
  const forget = (matches: (name: string) => boolean) => {
    tokenKeys.forgetWhere(matches);
    dataKeys.forgetWhere(matches);
  };
  const erasures = messaging.subscribeEvent(events.subjectErased, {}, ({ tenant }) =>
    forget((name) => name === tenant || name.startsWith(`${tenant} `)),
  );
  // What was said while the connection was lost was not heard.
  const reconnects = messaging.onReconnect(() => forget(() => true));
  let toldAt = Number.NEGATIVE_INFINITY;
  /** Until when a tenant's events do not wait, for tokens and for what is kept. */
  const impatient = new Map<string, number>();

  function open(answer: { sealed: string; public_key: string }): unknown {
    const clear = Buffer.from(sealing.open(Buffer.from(answer.sealed, 'base64'), answer.public_key));
    try {
      return JSON.parse(clear.toString('utf8'));
    } finally {
      clear.fill(0);
    }
  }

  async function askTokenKey(tenant: string): Promise<TokenKey> {
    const request = { tenant, public_key: sealing.publicKey };
    const lent = LentTokenKey.parse(open(await messaging.request(routes.lendTokenKey, subject, request)));
    if (lent.tenant !== tenant) throw new Error("the vault answered with another tenant's key");
    const erased = new Set<string>();
    for (let at = 0; at < lent.erased.length; at += erasedTokenChars)
      erased.add(lent.erased.slice(at, at + erasedTokenChars));
    return {
      key: Buffer.from(lent.token_key, 'base64'),
      digestKey: lent.digest_key === undefined ? null : Buffer.from(lent.digest_key, 'base64'),
      erased,
      made: new Map(),
    };
  }

  async function askDataKey(tenant: string, token: SubjectToken): Promise<LentDataKey> {
    const request = { tenant, subject: token, public_key: sealing.publicKey };
    const lent = LentSubjectKey.parse(open(await messaging.request(routes.lendSubjectKey, subject, request)));
    if (lent.tenant !== tenant || lent.subject !== token) throw new Error("the vault answered with another's key");
    return { id: lent.key, key: Buffer.from(lent.data_key, 'base64') };
  }

  /** What comes within the wait; null: nothing did. */
  async function within<Value>(name: string, limitMs: number, asked: Promise<Value>): Promise<Value | null> {
    if (performance.now() < (impatient.get(name) ?? 0)) {
      asked.then(() => impatient.delete(name)).catch(() => {});
      return null;
    }
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`no key within ${limitMs} ms`)), limitMs);
    try {
      return await Promise.race([asked, late.promise]);
    } catch (error) {
      // One person's key that is gone says nothing of the vault.
      if (!(error instanceof PatchbayError) || error.body.retryable) {
        if (impatient.size >= bounds.most) impatient.clear();
        impatient.set(name, performance.now() + patienceMs);
      }
      if (performance.now() - toldAt > awayEveryMs) {
        toldAt = performance.now();
        onAway(error);
      }
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  const tokenKeyOf = (tenant: string) => tokenKeys.now(tenant, () => askTokenKey(tenant));
  const tokenKeyInTime = async (tenant: string) =>
    tokenKeyOf(tenant) ??
    (await within(
      tenant,
      waitMs,
      tokenKeys.get(tenant, () => askTokenKey(tenant)),
    ));

  return {
    tokenNow(tenant, identifier) {
      const held = tokenKeyOf(tenant);
      return held === null ? null : tokenWith(held, identifier);
    },
    async token(tenant, identifier) {
      const held = await tokenKeyInTime(tenant);
      return held === null ? unknownSubject : tokenWith(held, identifier);
    },
    digestNow(tenant, digest) {
      const held = tokenKeyOf(tenant);
      return held === null ? null : digestWith(held, digest);
    },
    async digest(tenant, digest) {
      const held = await tokenKeyInTime(tenant);
      return held === null ? unknownDigest : digestWith(held, digest);
    },
    dataKeyNow: (tenant, token) => dataKeys.now(`${tenant} ${token}`, () => askDataKey(tenant, token)),
    dataKey: (tenant, token) =>
      within(
        `${tenant} keeps`,
        keepWaitMs,
        dataKeys.get(`${tenant} ${token}`, () => askDataKey(tenant, token)),
      ),
    close() {
      erasures.unsubscribe();
      reconnects.unsubscribe();
      forget(() => true);
    },
  };
}

function wipeTokenKey({ key, digestKey }: TokenKey): void {
  key.fill(0);
  digestKey?.fill(0);
}

function digestWith({ digestKey }: TokenKey, digest: string): string {
  return digestKey === null
    ? unknownDigest
    : `hmac_${createHmac('sha256', digestKey).update(digest).digest('base64url')}`;
}

function tokenWith({ key, erased, made }: TokenKey, identifier: string): string {
  const known = made.get(identifier);
  if (known !== undefined) return known;
  let canonical: string;
  try {
    canonical = canonicalSubject(identifier);
  } catch {
    // Blank, or of no kind that it says it is: it names nobody.
    return unknownSubject;
  }
  const { token } = subjectTokens(key, canonical, (mark) => erased.has(mark));
  if (made.size >= mostTokens) made.clear();
  made.set(identifier, token);
  return token;
}
