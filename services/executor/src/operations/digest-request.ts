import { hash } from 'node:crypto';
import { canonicalJson, type ExecuteRequest } from '@patchbay/contracts';

/** SHA-256 of the canonical arguments, base64url. */
export function argumentsDigest(args: Record<string, unknown>): string {
  return hash('sha256', canonicalJson(args), 'base64url');
}

/**
 * What makes two requests with one key the same request: tool, connection and arguments, the last by their digest. The
 * version may move on.
 */
export function requestDigest(request: ExecuteRequest, tool: string, digest: string): string {
  return `${tool} ${request.connection ?? 'default'} ${digest}`;
}
