import { randomBytes } from 'node:crypto';

/** A secret that stands nowhere else: put it where a credential goes, then look for it where none may be. */
export function canary(): string {
  return `canary${randomBytes(20).toString('hex')}`;
}
