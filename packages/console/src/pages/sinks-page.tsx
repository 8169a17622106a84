import type { AuditSink } from '@patchbay/contracts';
import { useState } from 'react';
import { usePages, useSend } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { Page } from '../components/page.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';
import { SinkForm } from './sink-form.tsx';

const path = '/v1/audit/sinks';

/** Where records are sent as they come, such as a SIEM. */
export function SinksPage() {
  const { may, tenant } = useSession();
  const mayChange = may('audit:write');
  const [making, setMaking] = useState(false);
  const asked = usePages<AuditSink>(path, {}, { everyMs: 5_000 });
  const pause = useSend<AuditSink, AuditSink>({
    path: ({ name, state }) => `${path}/${name}/${state === 'paused' ? 'resume' : 'pause'}`,
    ask: () => ({}),
    stale: [path],
    said: ({ name, state }) => (state === 'paused' ? `${name} goes on.` : `${name} is paused.`),
  });
  const remove = useSend<AuditSink, AuditSink>({
    path: ({ name }) => `${path}/${name}`,
    ask: () => ({ method: 'DELETE' }),
    stale: [path],
    said: ({ name }) => `Nothing is sent to ${name} any more.`,
  });
  const problem = pause.problem ?? remove.problem;
  return (
    <Page
      title="Sinks"
      about="Where the log’s records are sent as they come, such as a SIEM: in the order of the log, each at least once."
      actions={
        mayChange &&
        tenant !== null &&
        !making && (
          <button type="button" data-kind="main" onClick={() => setMaking(true)}>
            Add a sink
          </button>
        )
      }
    >
      {problem !== null && <ProblemNote problem={problem} />}
      {making && <SinkForm onDone={() => setMaking(false)} />}
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="No sinks" next="Records are in the log alone, and in what is exported of it." />
          ) : (
            <DataTable
              caption="Sinks"
              keyOf={({ name }) => name}
              rows={asked.items}
              columns={[
                {
                  head: 'Sink',
                  cell: ({ name, settings }) => (
                    <>
                      {name}
                      <br />
                      <code>{settings.url}</code>
                    </>
                  ),
                },
                { head: 'Sends', cell: ({ settings: { content, format, classes } }) => sent(content, format, classes) },
                {
                  head: 'State',
                  cell: ({ state, problem: fails }) => (
                    <>
                      <Badge word={state} /> {fails !== null && <span className="muted">{fails}</span>}
                    </>
                  ),
                },
                { head: 'Took', number: true, cell: ({ delivered }) => delivered.toLocaleString('en') },
                { head: 'Waiting', number: true, cell: ({ waiting }) => waiting.toLocaleString('en') },
                { head: 'Last', cell: ({ delivered_at }) => <Moment at={delivered_at} none="nothing yet" /> },
                {
                  head: 'Change',
                  cell: (sink) =>
                    mayChange && (
                      <span className="row">
                        <button type="button" disabled={pause.isPending} onClick={() => pause.send(sink)}>
                          {sink.state === 'paused' ? 'Resume' : 'Pause'}
                          <span className="hidden-visually"> {sink.name}</span>
                        </button>
                        {sink.tenant !== null && (
                          <ConfirmButton
                            label="Remove"
                            about={sink.name}
                            title={`Send nothing to ${sink.name} any more?`}
                            onConfirm={() => remove.send(sink)}
                          >
                            <p>Its token is destroyed. What it has not got yet, it does not get.</p>
                          </ConfirmButton>
                        )}
                      </span>
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

const sent = (content: string, format: string, classes: readonly string[]) =>
  `${content === 'ocsf' ? 'OCSF' : 'CloudEvents'}, ${format.replaceAll('_', ' ')}${classes.length === 0 ? '' : `; ${classes.join(', ')}`}`;
