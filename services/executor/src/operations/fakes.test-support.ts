import { ExecuteRequest, type ExecuteRequestInput, errorBody, newId, type PatchbayError } from '@patchbay/contracts';
import type { Engine, ExecuteInput, ExecuteOutcome, PreparedTool } from '@patchbay/execution-engine';
import { Admission } from '../domain/admission.ts';
import type { LedgerRecord } from '../domain/ledger-record.ts';
import { RunningExecutions } from '../domain/running-executions.ts';
import { Turns } from '../domain/turns.ts';
import { BackgroundWork } from './background-work.ts';
import { createExecuteTool, type ExecuteToolPorts } from './execute-tool.ts';
import type { ExecuteCall } from './execution-run.ts';
import { createFollowKeys } from './follow-key.ts';
import type { KeepLedger, Lease, RecordAudit, Recording } from './ports.ts';

/** A prepared tool with what the operation looks at. */
export function toolOf(over: Partial<PreparedTool> = {}): PreparedTool {
  return {
    name: 'acme_do',
    version: '1.0.0',
    integration: 'acme',
    risk: 'write',
    needsConnection: true,
    rateLimits: null,
    toolRateLimits: null,
    validateArguments: (args: Record<string, unknown>) =>
      'channel' in args ? [] : [{ path: 'arguments.channel', message: 'is required' }],
    ...over,
  } as PreparedTool;
}

/** An audit log of which only the beginnings are made up. */
export const auditOf = (begin: RecordAudit['begin']): RecordAudit => ({
  begin,
  draft: (tenant, executionId, data, personal) => ({
    complete: (rest, ahead) =>
      begin(
        tenant,
        'dev.patchbay.execution.outcome',
        executionId,
        { ...data, ...rest },
        {
          ...(personal !== undefined && { personal }),
          ahead,
        },
      ),
  }),
});

/** A recording that came to this end. */
export function recorded(
  _done?: unknown,
  durable: Promise<void> = Promise.resolve(),
  sent: Promise<void> = durable,
): Recording {
  durable.catch(() => {});
  sent.catch(() => {});
  return { handed: null, sent, durable };
}

/** A ledger in memory with the same promises as the real one. */
export class MemoryLedger implements KeepLedger {
  readonly entries = new Map<string, { record: LedgerRecord; revision: number }>();
  #revision = 0;

  async claim(tenant: string, key: string, record: LedgerRecord) {
    const found = this.entries.get(`${tenant}/${key}`);
    if (found !== undefined) return { won: false as const, ...found };
    this.entries.set(`${tenant}/${key}`, { record, revision: ++this.#revision });
    return { won: true as const, revision: this.#revision };
  }

  async read(tenant: string, key: string) {
    return this.entries.get(`${tenant}/${key}`) ?? null;
  }

  async takeOver(tenant: string, key: string, record: LedgerRecord, revision: number) {
    return (await this.settle(tenant, key, record, revision)) ? this.#revision : null;
  }

  async settle(tenant: string, key: string, record: LedgerRecord, revision: number) {
    if (this.entries.get(`${tenant}/${key}`)?.revision !== revision) return false;
    this.entries.set(`${tenant}/${key}`, { record, revision: ++this.#revision });
    return true;
  }

  async release(tenant: string, key: string, revision: number) {
    if (this.entries.get(`${tenant}/${key}`)?.revision !== revision) return false;
    this.entries.delete(`${tenant}/${key}`);
    return true;
  }
}

export const succeeded: ExecuteOutcome = {
  status: 'succeeded',
  output: { ok: true },
  error: null,
  attempts: 1,
  upstreamMs: 1,
  upstreamStatus: 200,
  truncated: false,
  streamed: { delivered: 0, cutBy: null },
};

export interface Harness {
  readonly ports: ExecuteToolPorts;
  readonly ledger: MemoryLedger;
  /** `intent` or the outcome's status, in order, with the entry. */
  readonly audited: Parameters<RecordAudit['begin']>[];
  readonly executed: ExecuteInput[];
  readonly finished: unknown[];
  readonly background: BackgroundWork;
  readonly backgroundErrors: unknown[];
  run(
    request?: Partial<ExecuteRequestInput>,
    call?: Partial<ExecuteCall>,
  ): ReturnType<ReturnType<typeof createExecuteTool>>;
}

/** The one connection that there is, lent. */
export const heldLease: Lease = {
  connection: newId('connection'),
  credential: { type: 'bearer', token: 't' },
  variables: {},
};

/** The operation over ports that work, each of which a test may replace. */
export function harness(over: Partial<ExecuteToolPorts> = {}, tool: PreparedTool | null = toolOf()): Harness {
  const ledger = new MemoryLedger();
  const audited: Harness['audited'] = [];
  const executed: ExecuteInput[] = [];
  const finished: unknown[] = [];
  const backgroundErrors: unknown[] = [];
  const background = new BackgroundWork((error) => backgroundErrors.push(error));
  const heard = new Map<string, Set<() => void>>();
  const ports: ExecuteToolPorts = {
    keys: createFollowKeys(over.ledger ?? ledger, {
      onFinished(tenant, executionId, listener) {
        const name = `${tenant}/${executionId}`;
        const listeners = heard.get(name) ?? new Set();
        heard.set(name, listeners.add(listener));
        return () => void listeners.delete(listener);
      },
    }),
    tools: {
      find: (_tenant, name) => (name === 'acme_do' ? tool : null),
      names: () => ['acme_do', 'acme_undo', 'slack_post_message'],
    },
    leases: { borrow: async () => heldLease },
    // Who lends by itself is asked.
    inHand: () => (over.leases === undefined ? heldLease : null),
    limits: { applies: () => false, admit: async () => null },
    turns: new Turns(),
    ledger,
    audit: auditOf((...entry) => recorded(void audited.push(entry))),
    engine: {
      execute: async (input) => {
        executed.push(input);
        input.onAttempt?.({ number: 1, method: 'POST', host: 'api.example.com', urlTemplate: '/do' });
        return succeeded;
      },
      foresee: () => null,
      previewRequest: () => ({
        method: 'POST',
        url: 'https://api.example.com/',
        headers: {},
        body: null,
        further_steps: [],
      }),
    } satisfies Pick<Engine, 'execute' | 'foresee' | 'previewRequest'>,
    announce: {
      finished(...args) {
        finished.push(args);
        for (const listener of heard.get(`${args[0]}/${args[2].execution_id}`) ?? []) listener();
      },
    },
    chunks: { open: () => ({ send: () => 0, close() {} }) },
    streamStallMs: 10_000,
    running: new RunningExecutions(),
    callers: { watch: () => ({ unsubscribe: () => {} }) },
    holders: { watch: () => ({ unsubscribe: () => {} }) },
    presence: '_INBOX_executor.here',
    policies: () => null,
    guardArguments: ({ request }) => request,
    guardResult: (_call, result) => result,
    looksThrough: () => false,
    intentOfReads: () => false,
    places: new Admission({ maxInFlight: 1_000, now: 0 }),
    background: (work) => background.add(work),
    ...over,
  };
  const executeTool = createExecuteTool(ports);
  return {
    ports,
    ledger,
    audited,
    executed,
    finished,
    background,
    backgroundErrors,
    run: (request, call) =>
      executeTool(ExecuteRequest.parse({ tool: 'acme_do', arguments: { channel: 'C1' }, ...request }), {
        tenant: 'acme',
        receivedAt: performance.now(),
        traceparent: '00-a-b-00',
        traceId: null,
        ...call,
      }),
  };
}

export function failed(code: PatchbayError['code'], status: ExecuteOutcome['status'] = 'failed'): ExecuteOutcome {
  return { ...succeeded, status, output: null, error: errorBody(code) };
}
