import { PatchbayError, routes } from '@patchbay/contracts';

/** One request of an agent as HTTP has it. */
export interface HttpAsked {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Left out: it has no body. */
  readonly sent?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it may be sent again without being acted on twice. */
  readonly repeatable: boolean;
  /** What the answer is over NATS. */
  readonly read: (answer: unknown) => unknown;
}

type Body = Readonly<Record<string, unknown>>;
const same = (answer: unknown) => answer;
const post = (path: string, sent: Body, repeatable: boolean): HttpAsked => ({
  method: 'POST',
  path,
  sent,
  repeatable,
  read: same,
});

/** Each of an agent's requests, by its subject. */
const asked: Readonly<Record<string, (body: Body) => HttpAsked>> = {
  [routes.executeTool.subject]: ({ tool, stream: _stream, stream_window: _window, ...sent }) =>
    post(`/v1/tools/${encodeURIComponent(String(tool))}/execute`, sent, sent.idempotency_key !== undefined),
  [routes.executePlan.subject]: (plan) => post('/v1/plans', plan, plan.idempotency_key !== undefined),
  [routes.cancelExecution.subject]: (target) => post('/v1/executions/cancel', target, true),
  [routes.warmSession.subject]: (names) => post('/v1/tools/warm', names, true),
  // The id of a submission is made before it is sent.
  [routes.submitTool.subject]: (submission) => post('/v1/submissions', submission, true),
  [routes.searchTools.subject]: (search) => post('/v1/tools/search', search, true),
  [routes.describeTools.subject]: (names) => post('/v1/tools/describe', names, true),
  [routes.getSubmissionResult.subject]: ({ submission_id: id }) => ({
    method: 'GET',
    path: `/v1/submissions/${encodeURIComponent(String(id))}`,
    repeatable: true,
    read: same,
  }),
  [routes.listTools.subject]: (filter) => ({
    method: 'GET',
    path: `/v1/tools${queryOf(filter)}`,
    repeatable: true,
    read: ({ items, ...rest }: { readonly items?: unknown } = {}) => ({ tools: items, ...rest }),
  }),
} as Readonly<Record<string, (body: Body) => HttpAsked>>;

/** @throws PatchbayError `invalid_request` for what the gateway does not serve. */
export function httpRouteOf(subject: string, body: Body): HttpAsked {
  const one = asked[subject];
  if (one === undefined)
    throw new PatchbayError('invalid_request', { message: 'This can be asked for over NATS only.' });
  return one(body);
}

function queryOf(filter: Body): string {
  const words = Object.entries(filter).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`],
  );
  return words.length === 0 ? '' : `?${words.join('&')}`;
}
