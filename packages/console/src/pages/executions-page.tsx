import type { AuditEvent } from '@patchbay/contracts';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { usePages } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { Choice } from '../components/choice.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { milliseconds } from '../components/milliseconds.ts';
import { Moment } from '../components/moment.tsx';
import { MoreButton } from '../components/more-button.tsx';
import { Page } from '../components/page.tsx';
import { TextField } from '../components/text-field.tsx';

const statuses = ['succeeded', 'failed', 'refused', 'cancelled', 'outcome_unknown'];

/** What ran, newest first. */
export function ExecutionsPage() {
  const [search, setSearch] = useSearchParams();
  const filter = Object.fromEntries(['tool', 'session', 'status'].map((name) => [name, search.get(name) ?? '']));
  const [typed, setTyped] = useState(filter);
  const asked = usePages<AuditEvent>('/v1/executions', { ...filter, limit: 100 });
  // Each execution once: by its outcome, which says more than its intent.
  const outcomes = asked.items.filter(({ type }) => type.endsWith('execution.outcome'));
  const set = (name: string) => (value: string) => setTyped({ ...typed, [name]: value });
  return (
    <Page
      title="Executions"
      about="What agents had done, as the audit log has it: never an argument or an output."
      actions={
        <Link className="button" to="/executions/unknown">
          Unknown outcomes
        </Link>
      }
    >
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          setSearch(Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== '')));
        }}
      >
        <TextField
          label="Tool"
          type="search"
          value={typed['tool'] ?? ''}
          onChange={set('tool')}
          placeholder="slack_post_message"
        />
        <TextField label="Session" value={typed['session'] ?? ''} onChange={set('session')} />
        <Choice label="Outcome" value={typed['status'] ?? ''} onChange={set('status')} none="any" options={statuses} />
        <button type="submit">Filter</button>
      </form>
      <Loaded asked={asked}>
        {() =>
          outcomes.length === 0 ? (
            <Empty
              title="No executions"
              next="Nothing ran that fits. Take filters away, or try a tool in its playground."
            >
              <Link className="button" to="/tools">
                Go to the tools
              </Link>
            </Empty>
          ) : (
            <>
              <DataTable
                caption="Executions"
                keyOf={({ id }) => id}
                rows={outcomes}
                columns={[
                  { head: 'When', cell: ({ time }) => <Moment at={time} /> },
                  {
                    head: 'Tool',
                    cell: ({ data }) => (
                      <Link to={`/executions/${data.execution_id}`}>{data.tool ?? data.target.id}</Link>
                    ),
                  },
                  {
                    head: 'Outcome',
                    cell: ({ data }) => (
                      <span className="row">
                        <Badge word={data.outcome} />
                        {data.replayed === true && <Badge word="replayed" />}
                        {data.error_code !== undefined && <code>{data.error_code}</code>}
                      </span>
                    ),
                  },
                  { head: 'By', cell: ({ data }) => `${data.actor.kind} ${shortId(data.actor.id)}` },
                  { head: 'Session', cell: ({ data }) => data.actor.session ?? '–' },
                  { head: 'Attempts', number: true, cell: ({ data }) => data.attempts ?? 0 },
                  { head: 'Took', number: true, cell: ({ data }) => milliseconds(data.duration_ms ?? null) },
                ]}
              />
              <MoreButton pages={asked} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

const shortId = (id: string) => (id.startsWith('key_') ? `…${id.slice(-6)}` : id);
