import { createHash } from 'node:crypto';

export type VoicePlatform = 'vapi' | 'retell' | 'elevenlabs' | 'openai';

/** Characters of a session in an execution's context, and of a key, that the executor takes. */
const maxSession = 128;
const maxKey = 180;

/** The platform's own id of the conversation, so that a session can be cancelled and waited for by it. */
export function sessionOf(id: string): string {
  return id.length <= maxSession ? id : digestOf(id);
}

/** The idempotency key of a call: never another platform's, nor that of a caller who does not come by voice. */
export function keyOf(platform: VoicePlatform, session: string | null, call: string): string {
  const key = `voice.${platform}.${session ?? ''}.${call}`;
  return key.length <= maxKey ? key : `voice.${platform}.${digestOf(key)}`;
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
