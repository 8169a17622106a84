import type { AuditData, ExecuteRequest } from '@patchbay/contracts';

interface ToolFacts {
  readonly name: string;
  readonly version: string;
  readonly integration: string;
  readonly risk: 'read' | 'write' | 'destructive';
}

/** The facts that an execution's intent and outcome share. No argument's value is among them. */
export function auditFacts(
  request: ExecuteRequest,
  call: {
    readonly traceId: string | null;
    readonly plan?: { readonly id: string };
    readonly actor?: AuditData['actor'];
  },
  tool: ToolFacts | null,
): Omit<AuditData, 'outcome'> {
  const { agent, session, end_user } = request.context;
  return {
    actor: call.actor ?? {
      kind: 'agent',
      id: agent ?? 'unnamed',
      ...(session !== undefined && { session }),
      ...(end_user !== undefined && { end_user }),
    },
    target: { kind: 'tool', id: tool?.name ?? request.tool, ...(tool !== null && { version: tool.version }) },
    tool: tool?.name ?? request.tool,
    ...(tool !== null && { integration: tool.integration, risk: tool.risk }),
    ...(request.connection !== undefined && { connection: request.connection }),
    ...(call.plan !== undefined && { plan_id: call.plan.id }),
    ...(call.traceId !== null && { trace_id: call.traceId }),
  };
}
