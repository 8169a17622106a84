import { hash } from 'node:crypto';
import { canonicalJson } from '@patchbay/contracts';
import type { Run } from '../execution-run.ts';

/** What makes two calls the same to whoever said yes to one: who makes it in which session, tool, connection, arguments. */
export function callDigest({ request, prepared, argumentsDigest }: Run): string {
  const { agent = null, session = null, principal = null } = request.context;
  const call = [prepared.name, request.connection ?? null, argumentsDigest, agent, session, principal?.id ?? null];
  return hash('sha256', canonicalJson(call), 'base64url');
}
