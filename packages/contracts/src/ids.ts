import { z } from 'zod';

/**
 * Identifiers. Prefixed so that a reader knows what one names, and sortable by creation time: 48 bits of Unix
 * milliseconds then 80 random bits, in Crockford base 32 (the ULID layout), 26 characters after the prefix.
 */
export const idPrefixes = {
  tenant: 'ten',
  integration: 'int',
  connection: 'con',
  connect: 'cnx',
  execution: 'exe',
  plan: 'pln',
  submission: 'sbm',
  webhookSource: 'src',
  webhookSecret: 'sec',
  webhookRequest: 'req',
  httpRequest: 'rid',
  event: 'evt',
  subscription: 'sub',
  delivery: 'dlv',
  auditEvent: 'aud',
  apiKey: 'key',
  job: 'job',
  approval: 'apr',
  hold: 'hld',
  auditSink: 'snk',
  auditExport: 'xpt',
} as const;

export type IdKind = keyof typeof idPrefixes;

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const randomChars = 16;
/** Characters of chance, drawn ahead: one system call fills many ids. */
let pool = '';
let poolOffset = 0;
/** What stands for a moment is the same for every id of it. */
const lastTime = { ms: -1, text: '' };

/** A new id of the kind, for example `exe_01JD…`. `nowMs` is Unix milliseconds. */
export function newId(kind: IdKind, nowMs: number = Date.now()): string {
  if (poolOffset === pool.length) {
    pool = charactersOf(crypto.getRandomValues(new Uint8Array(256 * randomChars)));
    poolOffset = 0;
  }
  poolOffset += randomChars;
  return `${idPrefixes[kind]}_${timePart(nowMs)}${pool.slice(poolOffset - randomChars, poolOffset)}`;
}

/** A character for each byte. */
function charactersOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => alphabet[byte & 31]).join('');
}

/** An id that is the same for the same time and digest. `digest` has at least 16 bytes, of a hash: they take the place of chance. */
export function idFrom(kind: IdKind, atMs: number, digest: Uint8Array): string {
  if (digest.length < randomChars) throw new RangeError('a digest has at least 16 bytes');
  return `${idPrefixes[kind]}_${timePart(atMs)}${charactersOf(digest.subarray(0, randomChars))}`;
}

function timePart(ms: number): string {
  if (ms === lastTime.ms) return lastTime.text;
  let time = '';
  for (let rest = ms, i = 0; i < 10; i++) {
    time = alphabet[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  lastTime.ms = ms;
  lastTime.text = time;
  return time;
}

/** When an id was made, in Unix milliseconds: the first ten characters behind its prefix. */
export function timeOfId(id: string): number {
  const start = id.indexOf('_') + 1;
  return [...id.slice(start, start + 10)].reduce((time, character) => time * 32 + alphabet.indexOf(character), 0);
}

/** Schema of an id of one kind. */
export function idSchema(kind: IdKind) {
  return z.string().regex(new RegExp(`^${idPrefixes[kind]}_[0-9A-HJKMNP-TV-Z]{26}$`), {
    error: `expected an id such as ${idPrefixes[kind]}_01JD0000000000000000000000`,
  });
}

/** The tenant token of what concerns every tenant; no tenant may bear it. */
export const everyTenant = 'all';

/** A tenant's name as it stands in subjects, keys and rows: lower case, digits, inner hyphens; 1 to 63 characters; not `all`. */
export const TenantId = z.string().regex(/^(?!all$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
  error: "expected a tenant id: lower-case letters, digits and inner hyphens, at most 63 characters, and not 'all'",
});

/** The scope of an integration every tenant sees. Any other scope is a tenant's id. Not a valid tenant id itself. */
export const platformScope = '_platform';
export const Scope = z.union([z.literal(platformScope), TenantId]);

/** A tenant, or `all` for what concerns every one. */
export const TenantToken = z.union([TenantId, z.literal(everyTenant)]);

/** An integration's name: lower case, digits, underscore; 1 to 40 characters, starting with a letter. */
export const IntegrationId = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, {
  error: 'expected an integration id: a lower-case letter, then letters, digits or underscores, at most 40 characters',
});

/** A document of `packages/webhook-schemes/schemes`. */
export const SchemeId = z.string().regex(/^[a-z][a-z0-9_]{1,39}$/, { error: 'expected a scheme such as stripe' });

/** A callable tool's name. 64 is the limit of the Anthropic and OpenAI APIs; ours is 40 when published (linter). */
export const ToolName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, {
  error: 'expected a tool name: a lower-case letter, then letters, digits or underscores, at most 64 characters',
});

/** Semantic version of an integration document: `major.minor.patch`. */
export const Version = z.string().regex(/^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/, {
  error: 'expected a version such as 1.2.0',
});

/** Orders two versions: negative when `a` is older than `b`. Both must satisfy `Version`. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] as number) - (right[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
