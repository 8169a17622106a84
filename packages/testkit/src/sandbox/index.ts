export { type SandboxClient, sandboxClient } from './control/sandbox-client.ts';
export { type ExampleConnection, exampleConnection } from './example-connection.ts';
export { startSandbox } from './start-sandbox.ts';
export type {
  Behaviour,
  BehaviourRule,
  Effect,
  Lie,
  RecordedRequest,
  RecordFilter,
  RegisteredWebhook,
  Sandbox,
  SandboxOptions,
  Violation,
  ViolationKind,
} from './types.ts';
