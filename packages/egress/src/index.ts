export { type CheckedUrl, type CheckUrlOptions, checkUrl } from './check-url.ts';
export { createEgress } from './create-egress.ts';
export { isPublicAddress, notPublicNetworks } from './public-address.ts';
export type { Reason } from './reasons.ts';
export type {
  Egress,
  EgressFailure,
  EgressFailureKind,
  EgressOptions,
  EgressOutcome,
  EgressRequest,
  EgressResponse,
  EgressStats,
  EgressTiming,
  Refusal,
  ResolvedAddress,
} from './types.ts';
