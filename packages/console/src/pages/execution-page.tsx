import type { AuditEvent } from '@patchbay/contracts';
import { Link, useParams } from 'react-router';
import { useGet, useSend } from '../api/use-get.tsx';
import { Badge, toneOf } from '../components/badge.tsx';
import { Facts } from '../components/facts.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Page } from '../components/page.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';
import { PolicyRefusal } from './policy-refusal.tsx';

/** One execution: everything that the audit log holds of it, in the order in which it happened. */
export function ExecutionPage() {
  const { execution = '' } = useParams();
  const { may } = useSession();
  const asked = useGet<{ events: readonly AuditEvent[] }>(`/v1/executions/${execution}`);
  const cancel = useSend<void, unknown>({
    path: () => '/v1/executions/cancel',
    ask: () => ({ body: { execution_id: execution, reason: 'from the console' } }),
    stale: ['/v1/executions'],
    said: () => 'Asked to stop.',
  });
  return (
    <Page title="Execution" crumb={<Link to="/executions">Executions</Link>} about={<code>{execution}</code>}>
      {cancel.problem !== null && <ProblemNote problem={cancel.problem} />}
      <Loaded asked={asked}>
        {({ events }) => {
          const inOrder = events.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time) || (a.id < b.id ? -1 : 1));
          const outcome = inOrder.findLast(({ type }) => type.endsWith('execution.outcome'));
          const first = inOrder[0];
          const { data } = outcome ?? (first as AuditEvent);
          const begun = Date.parse(first?.time ?? '');
          return (
            <>
              <div className="row">
                {data.tool !== undefined && may('tools:execute') && (
                  <Link
                    className="button"
                    data-kind="main"
                    to={`/tools/${data.tool}/playground?again=${execution}${data.target.version === undefined ? '' : `&version=${data.target.version}`}`}
                  >
                    Replay in a dry run
                  </Link>
                )}
                {outcome === undefined && may('executions:cancel') && (
                  <button type="button" data-kind="danger" onClick={() => cancel.send()}>
                    Stop it
                  </button>
                )}
              </div>
              <PolicyRefusal execution={execution} code={data.error_code} />
              <div className="columns">
                <section className="card">
                  <h2>What it came to</h2>
                  <Facts
                    of={{
                      Outcome:
                        outcome === undefined ? <Badge word="running" tone="info" /> : <Badge word={data.outcome} />,
                      Error: data.error_code === undefined ? null : <code>{data.error_code}</code>,
                      Tool: data.tool && <Link to={`/tools/${data.tool}`}>{data.tool}</Link>,
                      Version: data.target.version,
                      Risk: data.risk && <Badge word={data.risk} />,
                      Connection: data.connection && <code>{data.connection}</code>,
                      By: `${data.actor.kind} ${data.actor.id}`,
                      Session: data.actor.session,
                      'End user': data.actor.end_user,
                      Attempts: data.attempts,
                      'Status upstream': data.upstream_status,
                      Took: data.duration_ms === undefined ? null : `${data.duration_ms.toFixed(1)} ms`,
                      Plan: data.plan_id && <code>{data.plan_id}</code>,
                      Trace: data.trace_id && <code>{data.trace_id}</code>,
                      'Digest of the arguments': digestOf(inOrder),
                    }}
                  />
                </section>
                <section className="card">
                  <h2>Timeline</h2>
                  <ol className="timeline">
                    {inOrder.map((event) => (
                      <li key={event.id} data-tone={toneOf(event.data.outcome)}>
                        <span className="row">
                          <strong>{nameOf(event.type)}</strong> <Badge word={event.data.outcome} />
                        </span>
                        <span className="muted">
                          {Number.isNaN(begun) ? event.time : `+${Date.parse(event.time) - begun} ms`} ·{' '}
                          {event.source.split('/').at(-1)}
                        </span>
                        <Facts of={factsOf(event)} />
                      </li>
                    ))}
                  </ol>
                </section>
              </div>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

const nameOf = (type: string) => type.replace(/^dev\.patchbay\./, '').replaceAll(/[._]/g, ' ');

function digestOf(events: readonly AuditEvent[]) {
  const digest = events.find(({ data }) => data.arguments_digest !== undefined)?.data.arguments_digest;
  return digest === undefined ? null : <code>{digest}</code>;
}

function factsOf({ data }: AuditEvent): Record<string, string | number | null> {
  return {
    Target: data.target.kind === 'tool' ? null : `${data.target.kind} ${data.target.id}`,
    Attempts: data.attempts ?? null,
    Error: data.error_code ?? null,
    ...Object.fromEntries(
      Object.entries(data.facts ?? {}).map(([name, value]) => [name, value === null ? null : String(value)]),
    ),
  };
}
