export { type Admin, adminOver, connectAdmin, type NewConnection } from './admin.ts';
export { type Agent, type AgentSettings, agentOver, connect, type WarmNames } from './agent.ts';
export { type ConnectSettings, type DevFacts, findDevFacts } from './config.ts';
export { ExecutionError, type ToolCall } from './execute.ts';
export { fillerLine, type SpokenTool } from './filler-line.ts';
export type { Submission } from './submit.ts';
