import {
  routes as contracts,
  DescribeToolsRequest,
  DescribeToolsResult,
  ExecuteRequest,
  ExecutionResult,
  idSchema,
  ListToolsRequest,
  PatchbayError,
  PlanRequest,
  PlanResult,
  SearchToolsRequest,
  SearchToolsResult,
  SubmissionResult,
  SubmitRequest,
  SubmitResult,
  ToolFormat,
  ToolName,
  ToolSummary,
  Version,
  WarmRequest,
  WarmResult,
} from '@patchbay/contracts';
import { z } from 'zod';
import { planFor } from '../operations/execute-plan.ts';
import { contextFor, executeTool, idempotencyKeyFor } from '../operations/execute-tool.ts';
import { streamTool } from '../operations/stream-tool.ts';
import { FailedResult } from './failed-result.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route, StreamedAnswer } from './http-route.ts';
import { pageOf } from './page.ts';
import { problemOf } from './problem.ts';

const named = z.object({ name: ToolName });
const ExecuteBody = ExecuteRequest.omit({ tool: true, stream: true, stream_window: true, repeat: true });

/** Tools of a tenant: find them, look at them, carry them out. */
export function toolsRoutes({ ask, agentOf, sessions }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'tools', of: 'tenant' } as const;
  return [
    route({
      ...about,
      method: 'GET',
      path: '/v1/tools',
      operationId: 'listTools',
      summary: 'List the tools that the tenant can call',
      scope: 'tools:read',
      query: ListToolsRequest,
      response: pageOf(ToolSummary).extend({ total: z.int() }),
      async handler({ tenant, query, traceparent }) {
        const { tools, ...rest } = await ask(contracts.listTools, { tenant }, query, { traceparent });
        return { items: tools, ...rest };
      },
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/tools/{name}',
      operationId: 'getTool',
      summary: 'Look at a tool, in our own format or in that of a model’s API',
      scope: 'tools:read',
      params: named,
      query: z.strictObject({ version: Version.optional(), format: ToolFormat.optional() }),
      response: z.record(z.string(), z.unknown()),
      etag: true,
      async handler({ tenant, params: { name }, query, traceparent }) {
        const { tools } = await ask(contracts.describeTools, { tenant }, { tools: [name], ...query }, { traceparent });
        const [tool] = tools;
        if (tool === undefined) throw new PatchbayError('tool_not_found', { message: `There is no tool '${name}'.` });
        return tool;
      },
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/tools/search',
      operationId: 'searchTools',
      summary: 'Find tools by what they are for, best first',
      scope: 'tools:read',
      body: SearchToolsRequest,
      response: SearchToolsResult,
      handler: ({ tenant, body, traceparent }) => ask(contracts.searchTools, { tenant }, body, { traceparent }),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/tools/describe',
      operationId: 'describeTools',
      summary: 'Look at several tools at once, ready to hand to a model',
      scope: 'tools:read',
      body: DescribeToolsRequest,
      response: DescribeToolsResult,
      handler: ({ tenant, body, traceparent }) => ask(contracts.describeTools, { tenant }, body, { traceparent }),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/tools/warm',
      operationId: 'warmTools',
      summary: 'Get ready for calls that are likely to come; nothing is sent upstream',
      scope: 'tools:execute',
      body: WarmRequest,
      response: WarmResult,
      handler: ({ tenant, body, principal, traceparent }) =>
        ask(
          contracts.warmSession,
          { tenant },
          { ...body, context: contextFor(principal, body.context) },
          { traceparent, timeoutMs: body.deadline_ms + 250 },
        ),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/tools/{name}/execute',
      operationId: 'executeTool',
      summary: 'Carry out one tool call',
      description:
        'A call that does not succeed is a problem whose `result` is the execution. Closing the request cancels the call. With `Accept: text/event-stream` the answer is told as it comes.',
      scope: 'tools:execute',
      params: named,
      body: ExecuteBody,
      response: ExecutionResult,
      idempotent: true,
      streams: true,
      leavable: true,
      async handler({ tenant, params, wantsEvents, requestId, ...call }) {
        const agent = agentOf(tenant);
        const asked = { ...call, tool: params.name };
        if (wantsEvents) {
          idempotencyKeyFor(call.idempotencyKey, call.body.idempotency_key);
          const describe = (error: Parameters<typeof problemOf>[0]) => problemOf(error, requestId).body;
          const left = new AbortController();
          const chunks = streamTool({ agent, sessions, describe, left: left.signal }, asked);
          return new StreamedAnswer(chunks, () => left.abort());
        }
        const result = await executeTool(agent, asked);
        if (result.status !== 'succeeded') throw new FailedResult(result.error, result);
        return result;
      },
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/plans',
      operationId: 'executePlan',
      summary: 'Carry out several calls, parallel and dependent',
      description: 'What became of each call is in its result; only a plan that is not valid is a problem.',
      scope: 'tools:execute',
      body: PlanRequest,
      response: PlanResult,
      idempotent: true,
      leavable: true,
      async handler({ tenant, ...call }) {
        const result = await agentOf(tenant).plan(planFor(call));
        if (result.status === 'refused') throw new FailedResult(result.error, result);
        return result;
      },
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/submissions',
      operationId: 'submit',
      repeatable: true,
      summary: 'Hand in a call or a plan to be carried out later',
      scope: 'tools:execute',
      body: SubmitRequest,
      response: SubmitResult,
      handler: ({ tenant, body: { execute, plan, ...terms }, principal, traceparent }) =>
        ask(
          contracts.submitTool,
          { tenant },
          {
            ...terms,
            ...(execute && { execute: { ...execute, context: contextFor(principal, execute.context) } }),
            ...(plan && { plan: { ...plan, context: contextFor(principal, plan.context) } }),
          },
          { traceparent },
        ),
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/submissions/{submission}',
      operationId: 'getSubmission',
      summary: 'What became of a submission',
      scope: 'tools:execute',
      params: z.object({ submission: idSchema('submission') }),
      response: SubmissionResult,
      handler: ({ tenant, params, traceparent }) =>
        ask(contracts.getSubmissionResult, { tenant }, { submission_id: params.submission }, { traceparent }),
    }),
  ];
}
