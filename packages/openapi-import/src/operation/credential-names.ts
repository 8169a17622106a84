/** Names under which APIs take a credential as if it were an argument. Nobody says one on the telephone. */
const exact =
  /^(?:authorization|x[-_]?api[-_]?key|api[-_]?key|apikey|access[-_]?token|auth[-_]?token|oauth[-_]?token|bearer|token|x[-_]?auth[-_]?token|refresh[-_]?token|client[-_]?secret|private[-_]?key|credentials?|passw(?:or)?d|secret|sig|signature)$/i;

export function isCredentialName(name: string): boolean {
  return exact.test(name);
}

/** Account-like names: the same in every call of one connection. */
const account =
  /(?:account|tenant|workspace|organi[sz]ation|organi[sz]ations|company|cloud|realm|subscription|shop|store|merchant|business|site|team|domain)[-_]?(?:s?id|uuid|key|name|code)?$/i;

export function isAccountName(name: string): boolean {
  return account.test(name);
}

/** Names that ask for a number of items; in a body only those that can mean nothing else. */
const pageSize = /^\$?(?:limit|per[-_]?page|page[-_]?size|max[-_]?results|page[-_]?limit|num[-_]?results)$/i;
const inQuery = /^\$?(?:top|count|size)$/i;

export function isPageSizeName(name: string, place: string): boolean {
  return pageSize.test(name) || (place === 'query' && inQuery.test(name));
}

export function isIdempotencyName(name: string): boolean {
  return /^(?:x-)?(?:idempotency|idempotence|idempotent)[-_](?:key|token|id)$/i.test(name);
}
