export * from './access-permissions.ts';
export * from './audit-event-types.ts';
export { canonicalJson } from './canonical-json.ts';
export * from './documents/category.ts';
export * from './documents/error-rule.ts';
export * from './documents/example.ts';
export * from './documents/exchange.ts';
export * from './documents/field-mark.ts';
export * from './documents/file.ts';
export * from './documents/graphql.ts';
export { type GraphQlOperation, readGraphQl } from './documents/graphql-document.ts';
export { HttpRequest } from './documents/http-request.ts';
export * from './documents/integration.ts';
export { knownFields } from './documents/known-fields.ts';
export * from './documents/mail.ts';
export * from './documents/mcp.ts';
export { grantTypes, type OAuthGrant, oauthFields } from './documents/oauth.ts';
export * from './documents/pagination.ts';
export * from './documents/parameter.ts';
export * from './documents/probe.ts';
export * from './documents/single-tool.ts';
export * from './documents/tenant-policies.ts';
export * from './documents/tenant-variable.ts';
export * from './documents/webhook-tools.ts';
export * from './documents/webhooks.ts';
export * from './errors.ts';
export * from './headers.ts';
export * from './ids.ts';
export * from './latency-histogram.ts';
export * from './messages/analytics.ts';
export * from './messages/audit.ts';
export * from './messages/audit-exports.ts';
export * from './messages/audit-log.ts';
export * from './messages/audit-replay.ts';
export * from './messages/audit-retention.ts';
export * from './messages/audit-sinks.ts';
export * from './messages/circuits.ts';
export * from './messages/execution.ts';
export * from './messages/executor.ts';
export * from './messages/identity.ts';
export * from './messages/issuers.ts';
export * from './messages/live.ts';
export * from './messages/oauth.ts';
export * from './messages/plan.ts';
export * from './messages/policy.ts';
export * from './messages/privacy-policy.ts';
export * from './messages/registry.ts';
export * from './messages/registry-choices.ts';
export * from './messages/registry-folder.ts';
export * from './messages/registry-toolsets.ts';
export * from './messages/registry-versions.ts';
export * from './messages/stream.ts';
export * from './messages/subjects.ts';
export * from './messages/submission.ts';
export * from './messages/telemetry.ts';
export * from './messages/untrusted.ts';
export * from './messages/vault.ts';
export * from './messages/vault-keys.ts';
export * from './messages/warm.ts';
export * from './messages/webhook-deliveries.ts';
export * from './messages/webhook-events.ts';
export * from './messages/webhook-filter.ts';
export * from './messages/webhook-secrets.ts';
export * from './messages/webhook-sources.ts';
export * from './messages/webhook-subscriptions.ts';
export * from './messages/webhook-upstream.ts';
export * from './permissions.ts';
export type {
  BroadcastRoute,
  EventRoute,
  Identity,
  RequestRoute,
  ServiceName,
  SignalRoute,
} from './route-kinds.ts';
export * from './routes.ts';
export * from './streams.ts';
export * from './subjects.ts';
export { estimateTokens } from './token-estimate.ts';
