import type { AuditEvent } from '@patchbay/contracts';
import { useState } from 'react';
import { Link } from 'react-router';
import { usePages } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { Choice } from '../components/choice.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { MoreButton } from '../components/more-button.tsx';
import { Page } from '../components/page.tsx';
import { TextField } from '../components/text-field.tsx';
import { useSession } from '../session/session-context.tsx';
import { auditClasses, moment } from './audit-classes.ts';
import { AuditExport } from './audit-export.tsx';
import { AuditVerify } from './audit-verify.tsx';

const outcomes = ['intent', 'succeeded', 'failed', 'refused', 'cancelled', 'outcome_unknown'];
const none = { class: '', tool: '', session: '', status: '', from: '', to: '' };

/** Who did what. */
export function AuditPage() {
  const { may } = useSession();
  const [typed, setTyped] = useState(none);
  const [chosen, setChosen] = useState(none);
  const filter = { ...chosen, from: moment(chosen.from), to: moment(chosen.to) };
  const asked = usePages<AuditEvent>('/v1/audit/events', { ...filter, limit: 25 });
  const set = (name: keyof typeof none) => (value: string) => setTyped({ ...typed, [name]: value });
  return (
    <Page title="Audit" about="Who did what, never with an argument or a secret. Looking at it is recorded in it.">
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          setChosen(typed);
        }}
      >
        <Choice label="Class" value={typed.class} onChange={set('class')} none="any" options={auditClasses} />
        <TextField label="Tool" type="search" value={typed.tool} onChange={set('tool')} />
        <TextField label="Session" value={typed.session} onChange={set('session')} />
        <Choice label="Outcome" value={typed.status} onChange={set('status')} none="any" options={outcomes} />
        <TextField label="From" type="datetime-local" value={typed.from} onChange={set('from')} />
        <TextField label="To" type="datetime-local" value={typed.to} onChange={set('to')} />
        <button type="submit">Search</button>
      </form>
      {may('audit:export') && (
        <div className="columns">
          <AuditVerify />
          <AuditExport from={filter.from} to={filter.to} />
        </div>
      )}
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="Nothing fits" next="Take filters away, or look at a longer time." />
          ) : (
            <>
              <DataTable
                caption="Audit events"
                keyOf={({ id }) => id}
                rows={asked.items}
                columns={[
                  { head: 'When', cell: ({ time }) => <Moment at={time} /> },
                  { head: 'What', cell: ({ type }) => type.replace('dev.patchbay.', '').replaceAll(/[._]/g, ' ') },
                  { head: 'Who', cell: ({ data }) => `${data.actor.kind} ${data.actor.id}` },
                  { head: 'On', cell: ({ data }) => `${data.target.kind} ${data.target.id}` },
                  {
                    head: 'Outcome',
                    cell: ({ data }) => (
                      <span className="row">
                        <Badge word={data.outcome} /> {data.error_code !== undefined && <code>{data.error_code}</code>}
                      </span>
                    ),
                  },
                  {
                    head: 'More',
                    cell: (event) => (
                      <div className="stack">
                        {event.data.execution_id !== undefined && (
                          <Link to={`/executions/${event.data.execution_id}`}>Its execution</Link>
                        )}
                        <details>
                          <summary>
                            Event<span className="hidden-visually"> {event.id}</span>
                          </summary>
                          <pre className="event">{JSON.stringify(event, null, 2)}</pre>
                        </details>
                      </div>
                    ),
                  },
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
