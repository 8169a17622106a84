import type { ErrorCode } from '@patchbay/contracts';
import { readDataPath } from '../paths/data-path.ts';
import type { PaginationPlan } from '../prepare/compile-pagination.ts';
import { buildRequest } from '../request/build-request.ts';
import type { StepPlan } from '../request/step-plan.ts';
import type { PageStop, Truncation } from '../response/limit-items.ts';
import { replaceAt } from '../response/limit-items.ts';
import type { AttemptPorts, Execution } from './execution.ts';
import type { Success } from './judge-response.ts';
import type { NextPage } from './next-page.ts';
import { nextPage } from './next-page.ts';
import { runStep } from './run-step.ts';
import type { Failure } from './verdict.ts';
import { waitOut } from './wait-out.ts';

export interface Pages {
  readonly answer: Success;
  /** What was not read, if anything. */
  readonly note: Truncation | null;
}

/**
 * Reads on from a first page, one page after the other, each with the checks, attempts and limits of any request. A page
 * that cannot be read ends the list without losing what was read before; only a cancelled execution gives nothing.
 */
export async function readPages(
  ports: AttemptPorts,
  execution: Execution,
  step: StepPlan,
  plan: PaginationPlan,
  first: Success,
): Promise<Pages | Failure> {
  const { maxItems } = execution.input.prepared;
  const items: unknown[] = [];
  const texts: string[] = [];
  const seen = new Set<string>();
  let page = first;
  /** The last page that held a list. */
  let whole = first;
  let length = 0;
  const finish = (stopped: PageStop | null, error?: ErrorCode): Pages => ({
    answer: {
      ...whole,
      value: plan.items.length === 0 ? items : replaceAt(whole.value as Record<string, unknown>, plan.items, items),
      text: texts.join('\n'),
    },
    note:
      stopped === null ? null : { pages: { read: texts.length, stopped, ...(error === undefined ? {} : { error }) } },
  });

  for (;;) {
    const list = listOf(page.value, plan);
    if (list === null) return texts.length === 0 ? { answer: first, note: null } : finish('failed', 'response_invalid');
    whole = page;
    items.push(...list);
    texts.push(page.text ?? '');
    length += page.text?.length ?? 0;

    const context = execution.context;
    const url = plan.kind === 'link' ? buildRequest(step, context).url : '';
    const next = nextPage(plan, page, list, items.length, context, url);
    if (next === null) return finish(null);
    const stop = whyStop(ports, execution, plan, next, {
      read: texts.length,
      items: items.length,
      length,
      maxItems,
      seen,
    });
    if (stop !== null) return finish(stop);
    seen.add(next.mark);

    const refused = await waitForRoom(ports, execution, step);
    if (refused !== null) return finish(refused);
    execution.context = { ...context, page: next };
    const result = await runStep(ports, execution, step);
    if (result.ok) {
      page = result;
      continue;
    }
    if (result.error.code === 'cancelled') return result;
    return finish(result.error.code === 'deadline_exceeded' ? 'deadline' : 'failed', result.error.code);
  }
}

function listOf(value: unknown, { items }: PaginationPlan): readonly unknown[] | null {
  const list = items.length === 0 ? value : readDataPath(value, items);
  return Array.isArray(list) ? list : null;
}

function whyStop(
  ports: AttemptPorts,
  execution: Execution,
  plan: PaginationPlan,
  next: NextPage,
  state: { read: number; items: number; length: number; maxItems: number | undefined; seen: ReadonlySet<string> },
): PageStop | null {
  if (state.maxItems !== undefined && state.items >= state.maxItems) return 'max_items';
  if (state.seen.has(next.mark)) return 'loop';
  if (state.read >= plan.maxPages) return 'max_pages';
  if (state.length > ports.maxResponseBytes) return 'size';
  return ports.now() >= execution.input.deadlineAt ? 'deadline' : null;
}

/** Each page takes a place in the rate limits, and waits for it while there is time. */
async function waitForRoom(ports: AttemptPorts, execution: Execution, step: StepPlan): Promise<PageStop | null> {
  const { admitPage, deadlineAt } = execution.input;
  if (admitPage === undefined) return null;
  for (;;) {
    const asked = await ports.watch.guard<number | null>(
      admitPage().catch(() => null),
      deadlineAt,
      () => Infinity,
    );
    if (asked === null) return null;
    if (!(await waitOut(ports, execution, asked, ports.latencies.of(step).p50Ms))) return 'rate_limited';
  }
}
