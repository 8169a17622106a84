export { type CheckedUrl, type CheckUrlOptions, checkUrl } from './check-url.ts';
export { createEgress } from './create-egress.ts';
export { isPublicAddress, notPublicNetworks } from './public-address.ts';
export type { Reason } from './reasons.ts';
export { type TenantRules, type TenantRulesInput, tenantRules } from './tenant-rules.ts';
export type {
  Egress,
  EgressBody,
  EgressBodyPart,
  EgressFailure,
  EgressFailureKind,
  EgressOptions,
  EgressOutcome,
  EgressRequest,
  EgressResponse,
  EgressStats,
  EgressStreamOutcome,
  EgressStreamRequest,
  EgressStreamResponse,
  EgressTiming,
  Refusal,
  ResolvedAddress,
} from './types.ts';
