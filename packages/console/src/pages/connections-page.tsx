import type { Connection } from '@patchbay/contracts';
import { useState } from 'react';
import { Link } from 'react-router';
import { type Page as ListPage, useGet, usePages, useSend } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { Choice } from '../components/choice.tsx';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { MoreButton } from '../components/more-button.tsx';
import { Page } from '../components/page.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';

const path = '/v1/connections';

/** The tenant's accounts at the services behind the tools. */
export function ConnectionsPage() {
  const { may } = useSession();
  const [integration, setIntegration] = useState('');
  const integrations = useGet<ListPage<{ id: string }>>(may('integrations:read') ? '/v1/integrations' : null, {
    limit: 1_000,
  });
  const asked = usePages<Connection>(path, { integration, limit: 100 });
  const test = useSend<Connection, { state: string }>({
    path: ({ id }) => `${path}/${id}/test`,
    ask: () => ({}),
    stale: [path],
    said: ({ label, id }) => `${label || id}: tried.`,
  });
  const revoke = useSend<Connection, unknown>({
    path: ({ id }) => `${path}/${id}`,
    ask: () => ({ method: 'DELETE' }),
    stale: [path],
    said: ({ label, id }) => `${label || id}: revoked, its credential is destroyed.`,
  });
  const problem = test.problem ?? revoke.problem;
  const add = (
    <Link className="button" data-kind="main" to="/connections/new">
      Connect an account
    </Link>
  );
  return (
    <Page
      title="Connections"
      about="Accounts of this tenant at the services behind the tools. No credential is ever shown."
      actions={may('connections:write') && add}
    >
      <div className="filters">
        <Choice
          label="Integration"
          value={integration}
          onChange={setIntegration}
          none="all"
          options={integrations.data?.items.map(({ id }) => [id, id] as const) ?? []}
        />
      </div>
      {problem !== null && <ProblemNote problem={problem} />}
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="Nothing is connected" next="Tools of most integrations need an account to act with.">
              {add}
            </Empty>
          ) : (
            <>
              <DataTable
                caption="Connections"
                keyOf={({ id }) => id}
                rows={asked.items}
                columns={[
                  {
                    head: 'Account',
                    cell: ({ label, id, is_default }) => (
                      <>
                        {label || 'without a label'} {is_default && <Badge word="default" tone="info" />}
                        <br />
                        <code>{id}</code>
                      </>
                    ),
                  },
                  { head: 'Integration', cell: (one) => one.integration },
                  { head: 'By', cell: ({ auth_type }) => auth_type.replaceAll('_', ' ') },
                  { head: 'State', cell: ({ status }) => <Badge word={status} /> },
                  {
                    head: 'Last tried',
                    cell: ({ health }) =>
                      health === null ? (
                        <span className="muted">not yet</span>
                      ) : (
                        <span className="row">
                          <Badge word={health.state} /> <Moment at={health.checked_at} />
                          {health.code !== null && <code>{health.code}</code>}
                        </span>
                      ),
                  },
                  {
                    head: 'Change',
                    cell: (one) =>
                      may('connections:write') && (
                        <span className="row">
                          <button type="button" disabled={test.isPending} onClick={() => test.send(one)}>
                            Test<span className="hidden-visually"> {one.label || one.id}</span>
                          </button>
                          <Link
                            className="button"
                            to={`/connections/new?integration=${one.integration}&connection=${one.id}`}
                          >
                            {one.status === 'active' ? 'Replace' : 'Connect again'}
                            <span className="hidden-visually"> {one.label || one.id}</span>
                          </Link>
                          <ConfirmButton
                            label="Revoke"
                            about={one.label || one.id}
                            title={`Revoke ${one.label || one.id}?`}
                            onConfirm={() => revoke.send(one)}
                          >
                            <p>
                              Its credential is destroyed at once, also at executors that hold it. Calls over it are
                              refused until somebody connects again.
                            </p>
                          </ConfirmButton>
                        </span>
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
