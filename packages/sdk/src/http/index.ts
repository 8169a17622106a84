export { PatchbayError } from '@patchbay/contracts';
export type { Agent, DescribeOptions, SearchOptions, WarmNames } from '../agent.ts';
export { ExecutionError, type ToolCall } from '../execute.ts';
export { fromCall, literal, type Plan, type PlannedCall } from '../plan.ts';
export type { Chunk, StreamCall, ToolStream } from '../stream.ts';
export type { Submission, SubmissionTerms, SubmittedPlan } from '../submit.ts';
export { connectHttp, type HttpAgentSettings } from './connect-http.ts';
