export { answerChallenge, type ChallengeOutcome, type HookAnswer, renderAnswer } from './answer-challenge.ts';
export { hideSecrets, redacted, repeatsSecret } from './hide-secrets.ts';
export { type HookRequest, Refusal, type RefusalReason } from './hook-request.ts';
export { loadSchemes, schemesDirectory } from './load-schemes.ts';
export { type HookEvent, readEvents } from './read-events.ts';
export { WebhookScheme } from './scheme.ts';
export { type SignedSample, signSample } from './sign-sample.ts';
export type { FetchCertificate } from './signatures/asymmetric.ts';
export { type NotVerified, type SourceSecret, type Verified, type VerifyOptions, verifyRequest } from './verify.ts';
