import type { DiffResult, GetIntegrationResult } from '@patchbay/contracts';
import { useState } from 'react';
import { useOutletContext } from 'react-router';
import { useGet, useSend } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { Choice } from '../components/choice.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';
import { ChangeList } from './change-list.tsx';
import type { DescribedTool } from './described-tool.ts';

/** The versions of the integration that a tool comes from, what one changes of another, and which one is served. */
export function ToolVersionsPage() {
  const { integration } = useOutletContext<DescribedTool>();
  const { may } = useSession();
  const asked = useGet<GetIntegrationResult>(may('integrations:read') ? `/v1/integrations/${integration}` : null);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const stale = ['/v1/integrations', '/v1/tools'];
  const diff = useSend<{ from: string; to: string }, DiffResult>({
    path: () => `/v1/integrations/${integration}/diff`,
    ask: (body) => ({ body }),
  });
  const pin = useSend<string | null, unknown>({
    path: () => `/v1/integrations/${integration}/pin`,
    ask: (version) => ({ method: 'PUT', body: { version } }),
    stale,
    said: (version) => (version === null ? 'The latest version is served again.' : `Version ${version} is served now.`),
  });
  if (!may('integrations:read')) return <p className="muted">This key may not look at integrations.</p>;
  return (
    <Loaded asked={asked}>
      {({ versions, served, pin: pinned }) => (
        <div className="stack">
          {pin.problem !== null && <ProblemNote problem={pin.problem} />}
          <DataTable
            caption={`Versions of ${integration}`}
            keyOf={({ version }) => version}
            rows={versions.toReversed()}
            columns={[
              { head: 'Version', cell: ({ version }) => <strong>{version}</strong> },
              {
                head: 'State',
                cell: ({ version, retired, deprecated }) => (
                  <span className="row">
                    {version === served && <Badge word="served" tone="ok" />}
                    {version === pinned && <Badge word="pinned" tone="info" />}
                    {retired && <Badge word="retired" tone="bad" />}
                    {deprecated !== undefined && <Badge word="deprecated" />}
                  </span>
                ),
              },
              { head: 'Registered', cell: ({ registered_at }) => <Moment at={registered_at} /> },
              {
                head: 'Change',
                cell: ({ version, retired }) =>
                  may('integrations:write') &&
                  !retired &&
                  (version === pinned ? (
                    <button type="button" onClick={() => pin.send(null)}>
                      Unpin
                    </button>
                  ) : (
                    <button type="button" onClick={() => pin.send(version)}>
                      Pin<span className="hidden-visually"> version {version}</span>
                    </button>
                  )),
              },
            ]}
          />
          <section className="card stack">
            <h2>Compare</h2>
            {versions.length < 2 ? (
              <p className="muted">There is one version. Publish another, and this shows what it changes.</p>
            ) : (
              <form
                className="filters"
                onSubmit={(event) => {
                  event.preventDefault();
                  diff.send({ from, to });
                }}
              >
                <Choice
                  label="From"
                  value={from}
                  onChange={setFrom}
                  none="choose …"
                  options={versions.map((one) => one.version)}
                />
                <Choice
                  label="To"
                  value={to}
                  onChange={setTo}
                  none="choose …"
                  options={versions.map((one) => one.version)}
                />
                <button type="submit" disabled={from === '' || to === '' || diff.isPending}>
                  Compare
                </button>
              </form>
            )}
            {diff.problem !== null && <ProblemNote problem={diff.problem} />}
            {diff.data !== undefined && <ChangeList changes={diff.data.changes} />}
          </section>
        </div>
      )}
    </Loaded>
  );
}
