export { type Admin, adminOver, connectAdmin, type NewConnection } from './admin.ts';
export {
  type Agent,
  agentOver,
  type DescribeOptions,
  type SearchOptions,
  type WarmNames,
} from './agent.ts';
export type { AuditAdmin, AuditExport, AuditExportPiece } from './audit-admin.ts';
export { type ConnectSettings, type DevFacts, findDevFacts } from './config.ts';
export { approvalOf, confirmationOf } from './confirmation.ts';
export { type AgentSettings, connect } from './connect.ts';
export { ExecutionError, type ToolCall } from './execute.ts';
export { fillerLine, type SpokenTool } from './filler-line.ts';
export type { IssuersAdmin, KeysAdmin, MadeApiKey, TenantsAdmin } from './identity-admin.ts';
export type { IntegrationsAdmin, Scoped } from './integrations-admin.ts';
export { type AiSdk, aiSdkTools } from './models/ai-sdk.ts';
export type { AnthropicMessage, AnthropicToolResult } from './models/anthropic.ts';
export { type AnthropicRunnableTool, anthropicRunnableTools } from './models/anthropic-runner.ts';
export { langChainTools, type StructuredToolClass } from './models/langchain.ts';
export { type McpCall, type McpResult, mcpErrorOf, mcpResultOf } from './models/mcp.ts';
export { answerError, answerOf, type ModelAnswer, ToolCallError } from './models/model-answer.ts';
export type { OpenAiFunctionOutput, OpenAiMessage, OpenAiOutputItem, OpenAiToolMessage } from './models/openai.ts';
export { type OpenAiRunnableTool, openAiRunnableTools } from './models/openai-runner.ts';
export type { RealtimeOutputEvent } from './models/realtime.ts';
export { type ModelCall, type ModelCallOptions, problemOfCall } from './models/run-model-calls.ts';
export {
  answerOpenAiSearch,
  anthropicRunnableSearch,
  anthropicSearchTool,
  anthropicToolReferences,
  type OpenAiSearchCall,
  openAiSearchTool,
  searchToolName,
} from './models/tool-search.ts';
export type { NewConnect, OAuthAdmin } from './oauth-admin.ts';
export { fromCall, literal, type Plan, type PlannedCall } from './plan.ts';
export type {
  ApprovalsAdmin,
  NewPolicies,
  PoliciesAdmin,
  PolicyDryRun,
  PolicyExplanation,
  PolicyScope,
} from './policies-admin.ts';
export type { NewPrivacyPolicy, PrivacyAdmin } from './privacy-admin.ts';
export type { Chunk, StreamCall, ToolStream } from './stream.ts';
export type { Submission, SubmissionTerms, SubmittedPlan } from './submit.ts';
export type { TestedConnection } from './test-connection.ts';
export { Throttle } from './throttle.ts';
export type { ToolsetsAdmin } from './toolsets-admin.ts';
export type { VaultAdmin } from './vault-admin.ts';
export {
  ConversationRelay,
  type ConversationRelayOptions,
  isSignedByTwilio,
  type RelayCommand,
} from './voice/conversation-relay.ts';
export { executeOnce } from './voice/execute-once.ts';
export { type LiveKitLlm, liveKitTools } from './voice/livekit.ts';
export { type PipecatCall, pipecatHandler, type Speak } from './voice/pipecat.ts';
export { type RealtimeClientEvent, type RealtimeServerEvent, RealtimeTools } from './voice/realtime-tools.ts';
export { takeReservedArguments, withReservedArguments } from './voice/reserved-arguments.ts';
export { stillWorking, voiceAnswerOf } from './voice/voice-answer.ts';
export {
  type LateAnswer,
  lateTurn,
  type VoiceAnswer,
  type VoiceHooks,
  VoiceSession,
  type VoiceSessionOptions,
} from './voice/voice-session.ts';
export type { AwaitedWebhook, ExpectedWebhook } from './webhooks/await-webhook.ts';
export type { DeliveriesAdmin, ReplayWebhooks, WebhookDeadLettersAdmin } from './webhooks/deliveries-admin.ts';
export type { EventWithBody, WebhookEventsAdmin } from './webhooks/events-admin.ts';
export type { ArrivedWebhook, Listening } from './webhooks/listen-webhooks.ts';
export type { Registration } from './webhooks/registration.ts';
export type {
  NewSource,
  RegisteredSource,
  RejectedAdmin,
  RemovedSource,
  SourceChange,
  SourcesAdmin,
} from './webhooks/sources-admin.ts';
export type {
  KeyedSubscription,
  NewSubscription,
  SubscriptionChange,
  SubscriptionsAdmin,
} from './webhooks/subscriptions-admin.ts';
export type { WebhooksAdmin } from './webhooks/webhooks-admin.ts';
