import {
  type CancelRequest,
  type CancelResult,
  type DeliveredEvent,
  type DescribeToolsRequest,
  type DescribeToolsResult,
  defaultWarmMs,
  type ExecutionContext,
  type ExecutionFinished,
  type ExecutionResult,
  events,
  everyTenant,
  type ListToolsRequest,
  type ListToolsResult,
  type PlanResult,
  routes,
  type SearchToolsRequest,
  type SearchToolsResult,
  type SubmissionFinished,
  type SubmissionResult,
  type SubmitResult,
  type ToolFormat,
  type WarmResult,
} from '@patchbay/contracts';
import type { AgentTransport } from './agent-transport.ts';
import { type CallDefaults, ExecutionError, executeCall, type ToolCall } from './execute.ts';
import {
  type AnthropicMessage,
  type AnthropicToolResult,
  anthropicResult,
  callsOfAnthropic,
} from './models/anthropic.ts';
import { callOfMcp, type McpCall, type McpResult, mcpResult } from './models/mcp.ts';
import type { ModelAnswer } from './models/model-answer.ts';
import {
  callsOfOpenAiMessage,
  callsOfOpenAiOutput,
  type OpenAiFunctionOutput,
  type OpenAiMessage,
  type OpenAiOutputItem,
  type OpenAiToolMessage,
  openAiFunctionOutput,
  openAiToolMessage,
} from './models/openai.ts';
import { type RealtimeOutputEvent, realtimeOutput } from './models/realtime.ts';
import { type ModelCallOptions, runModelCalls } from './models/run-model-calls.ts';
import { executePlan, type Plan } from './plan.ts';
import { type StreamCall, streamCall, type ToolStream } from './stream.ts';
import {
  resultOf,
  type Submission,
  type SubmissionTerms,
  type SubmittedPlan,
  submitCall,
  submitPlan,
} from './submit.ts';
import { Throttle } from './throttle.ts';
import { type AwaitedWebhook, awaitWebhook, type ExpectedWebhook } from './webhooks/await-webhook.ts';
import { type Listening, listenWebhooks } from './webhooks/listen-webhooks.ts';

type CallOptions = Omit<ToolCall, 'tool' | 'arguments'>;
type SubmitOptions = Omit<Submission, 'tool' | 'arguments'>;

/** What a warm-up concerns. At least one name. */
export interface WarmNames {
  readonly tools?: readonly string[];
  readonly integrations?: readonly string[];
  readonly connection?: string;
  /** Milliseconds within which the answer comes. Default 2,000. */
  readonly deadlineMs?: number;
  readonly context?: ExecutionContext;
}

/** Milliseconds past its deadline in which the answer may still arrive. */
const warmGraceMs = 250;
/** For requests that change nothing: another process is asked when the one that was asked is gone. */
const asksAgain = { repeat: {} };

/** `max_tokens` is a budget for all definitions together, or for the summaries where no `format` is asked for. */
export type SearchOptions = Partial<Omit<SearchToolsRequest, 'query'>>;

/** `namespaces` groups `openai-responses` functions by integration; `cache_control` marks `anthropic` tools for the prompt cache. */
export type DescribeOptions = Partial<Pick<DescribeToolsRequest, 'toolset' | 'namespaces' | 'cache_control'>>;

/** What an agent can do. */
export interface Agent {
  readonly tenant: string;
  /** Carries out one tool call. Never throws for what can go wrong with it: look at `status` and `error`. */
  execute(tool: string, args?: Record<string, unknown>, options?: CallOptions): Promise<ExecutionResult>;
  /** All at once; one result per call, in the order asked, whatever happens to the others. */
  executeAll(calls: readonly ToolCall[]): Promise<ExecutionResult[]>;
  /** The output alone. @throws ExecutionError unless the execution succeeded. */
  call(tool: string, args?: Record<string, unknown>, options?: CallOptions): Promise<unknown>;
  /**
   * Hands a call in to be carried out later, without anybody waiting: at least once, and as one effect. Resolves when it
   * is safely stored. @throws PatchbayError when it is not; the same `submissionId` may be submitted again.
   */
  submit(tool: string, args?: Record<string, unknown>, options?: SubmitOptions): Promise<SubmitResult>;
  /**
   * The same for a plan, tried until each of its calls has its answer. Without a key of its own the submission's id is its
   * key. @throws PatchbayError as `submit`.
   */
  submitPlan(plan: SubmittedPlan, terms?: SubmissionTerms): Promise<SubmitResult>;
  /** What became of a submission: `result` of a call, `plan` of a plan. With `waitMs`, waits so long for its end, in milliseconds. */
  result(submissionId: string, options?: { readonly waitMs?: number }): Promise<SubmissionResult>;
  /** Every submission of the tenant that ends, for better or worse. Returns how to stop listening. */
  onSubmissionFinished(listener: (event: SubmissionFinished) => void): () => void;
  /** Several calls in one request, parallel and dependent. Never throws: one result for each call, in the order asked. */
  plan(plan: Plan): Promise<PlanResult>;
  /**
   * Carries out the `tool_use` blocks of an Anthropic assistant message, all at once, and gives the `tool_result` blocks of
   * the next user message. The blocks' ids are the idempotency keys. Never throws.
   */
  runToolUse(message: AnthropicMessage, options?: ModelCallOptions): Promise<AnthropicToolResult[]>;
  /** The same for the `tool_calls` of an OpenAI Chat Completions message: gives `tool` messages. */
  runToolCalls(message: OpenAiMessage, options?: ModelCallOptions): Promise<OpenAiToolMessage[]>;
  /** The same for the `function_call` items of an OpenAI response's output: gives `function_call_output` items. */
  runFunctionCalls(output: readonly OpenAiOutputItem[], options?: ModelCallOptions): Promise<OpenAiFunctionOutput[]>;
  /** The same for the output of a Realtime `response.done`: gives the events to send, before a `response.create`. */
  runRealtimeCalls(output: readonly OpenAiOutputItem[], options?: ModelCallOptions): Promise<RealtimeOutputEvent[]>;
  /** Carries out an MCP `tools/call`. `key` is its idempotency key; the protocol has none. */
  runMcpCall(call: McpCall, options: Omit<ModelCallOptions, 'accepts'> & { readonly key: string }): Promise<McpResult>;
  /** A call whose answer is taken chunk by chunk, at the pace of whoever takes it. */
  stream(tool: string, args?: Record<string, unknown>, options?: Omit<StreamCall, 'tool' | 'arguments'>): ToolStream;
  /** Stops an execution, a plan, whatever runs under a key, or a whole session. */
  cancel(target: CancelRequest): Promise<CancelResult>;
  /** Gets ready for calls of these tools and integrations, as at the start of a session. Nothing is sent upstream. */
  warm(names: WarmNames): Promise<WarmResult>;
  /** `toolset` narrows each to a named choice of tools; without it they concern every one. */
  readonly tools: {
    list(filter?: Partial<ListToolsRequest>): Promise<ListToolsResult>;
    /** Best first. With `format`, the definitions of what was found come too. */
    search(query: string, options?: SearchOptions): Promise<SearchToolsResult>;
    /** Definitions ready to hand to a model in the format asked for. */
    describe(names: readonly string[], format?: ToolFormat, options?: DescribeOptions): Promise<DescribeToolsResult>;
  };
  /**
   * Called when tools appear, change, retire, are pinned or hidden; not said which. Returns how to stop listening. Absent
   * where the connection cannot tell.
   */
  readonly onToolsChanged?: (listener: () => void) => () => void;
  /** Every execution of the tenant that finishes. Returns how to stop listening. */
  onFinished(listener: (event: ExecutionFinished) => void): () => void;
  /**
   * Begins to wait for one webhook in a session's name, such as the callback of an async tool; `event` of what it resolves
   * to settles when it came. Begin before what will cause it. @throws PatchbayError when the wait could not be begun.
   */
  awaitWebhook(expected: ExpectedWebhook): Promise<AwaitedWebhook>;
  /** Verified webhooks of the tenant as they come, as their vendors sent them. Returns how to stop listening. */
  onWebhook(listening: Listening): () => void;
  /** What subscriptions deliver to agents under a subject's name, or under any. Returns how to stop listening. */
  onDelivered(listener: (delivered: DeliveredEvent) => void, name?: string): () => void;
  /** A view of this agent whose calls all carry the context, such as one conversation's session. */
  inSession(context: ExecutionContext): Agent;
  close(): Promise<void>;
}

/** An agent over a connection that exists already. */
export function agentOver(
  messaging: AgentTransport,
  tenant: string,
  defaults: CallDefaults = {},
  throttle = new Throttle(),
): Agent {
  const call = (asked: ToolCall) => executeCall(messaging, tenant, asked, defaults, throttle);
  const execute: Agent['execute'] = (tool, args, options) =>
    call({ ...options, tool, ...(args !== undefined && { arguments: args }) });
  const plan: Agent['plan'] = (asked) => executePlan(messaging, tenant, asked, defaults);
  return {
    tenant,
    execute,
    plan,
    runToolUse: async (message, options) =>
      (await runModelCalls(plan, callsOfAnthropic(message), options)).map(anthropicResult),
    runToolCalls: async (message, options) =>
      (await runModelCalls(plan, callsOfOpenAiMessage(message), options)).map(openAiToolMessage),
    runFunctionCalls: async (output, options) =>
      (await runModelCalls(plan, callsOfOpenAiOutput(output), options)).map(openAiFunctionOutput),
    runRealtimeCalls: async (output, options) =>
      (await runModelCalls(plan, callsOfOpenAiOutput(output), options)).map(realtimeOutput),
    async runMcpCall(call, { key, ...options }) {
      const [answer] = await runModelCalls(plan, [callOfMcp(call, key)], options);
      return mcpResult(answer as ModelAnswer);
    },
    executeAll: (calls) => Promise.all(calls.map(call)),
    async call(tool, args, options) {
      const result = await execute(tool, args, options);
      if (result.status !== 'succeeded') throw new ExecutionError(result);
      return result.output;
    },
    submit: (tool, args, options) =>
      submitCall(messaging, tenant, { ...options, tool, ...(args !== undefined && { arguments: args }) }, defaults),
    submitPlan: (asked, terms = {}) => submitPlan(messaging, tenant, asked, terms, defaults),
    result: (submissionId, { waitMs = 0 } = {}) => resultOf(messaging, tenant, submissionId, waitMs),
    onSubmissionFinished(listener) {
      const subscription = messaging.subscribeEvent(events.submissionFinished, { tenant }, listener);
      return () => subscription.unsubscribe();
    },
    stream: (tool, args, options) =>
      streamCall(messaging, tenant, { ...options, tool, ...(args !== undefined && { arguments: args }) }, defaults),
    cancel: (target) => messaging.request(routes.cancelExecution, { tenant }, target),
    warm: ({ deadlineMs = defaultWarmMs, tools = [], integrations = [], connection, context }) =>
      messaging.request(
        routes.warmSession,
        { tenant },
        {
          tools: [...tools],
          integrations: [...integrations],
          deadline_ms: deadlineMs,
          context: { ...defaults.context, ...context },
          ...(connection !== undefined && { connection }),
        },
        { timeoutMs: deadlineMs + warmGraceMs },
      ),
    tools: {
      list: (filter = {}) => messaging.request(routes.listTools, { tenant }, filter, asksAgain),
      search: (query, options = {}) =>
        messaging.request(routes.searchTools, { tenant }, { query, ...options }, asksAgain),
      describe: (names, format = 'patchbay', options = {}) =>
        messaging.request(routes.describeTools, { tenant }, { tools: [...names], format, ...options }, asksAgain),
    },
    onToolsChanged(listener) {
      // The tenant's own, and those that concern everybody.
      const subscriptions = [tenant, everyTenant].map((whose) =>
        messaging.subscribeEvent(events.registryChanged, { tenant: whose }, () => listener()),
      );
      return () => {
        for (const subscription of subscriptions) subscription.unsubscribe();
      };
    },
    onFinished(listener) {
      const subscription = messaging.subscribeEvent(events.executionFinished, { tenant }, listener);
      return () => subscription.unsubscribe();
    },
    awaitWebhook: (expected) => awaitWebhook(messaging, tenant, expected),
    onWebhook: (listening) => listenWebhooks(messaging, tenant, listening),
    onDelivered(listener, name) {
      const subscription = messaging.subscribeEvent(
        events.webhookDelivered,
        { tenant, ...(name !== undefined && { name }) },
        listener,
      );
      return () => subscription.unsubscribe();
    },
    inSession: (context) =>
      agentOver(messaging, tenant, { ...defaults, context: { ...defaults.context, ...context } }, throttle),
    close: () => messaging.close(),
  };
}
