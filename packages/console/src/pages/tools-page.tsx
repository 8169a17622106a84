import type { SearchToolsResult, ToolSummary } from '@patchbay/contracts';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { Link } from 'react-router';
import { type Page as ListPage, useGet, usePages } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { Choice } from '../components/choice.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { MoreButton } from '../components/more-button.tsx';
import { Page } from '../components/page.tsx';
import { TextField } from '../components/text-field.tsx';
import { useSession } from '../session/session-context.tsx';

/** Everything that the tenant can call. */
export function ToolsPage() {
  const { api } = useSession();
  const [typed, setTyped] = useState('');
  const [integration, setIntegration] = useState('');
  const [risk, setRisk] = useState('');
  const query = useDeferredValue(typed.trim());
  const integrations = useGet<ListPage<{ id: string }>>('/v1/integrations', { limit: 1_000 });
  const listed = usePages<ToolSummary>('/v1/tools', { integration, risk, limit: 50 });
  const found = useQuery({
    queryKey: [api.tenant, '/v1/tools/search', query],
    enabled: query !== '',
    queryFn: ({ signal }) =>
      api.ask<SearchToolsResult>('/v1/tools/search', { method: 'POST', body: { query, limit: 20 }, signal }),
  });
  const searching = query !== '';
  const tools = searching ? (found.data?.tools ?? []) : listed.items;
  const total = listed.data?.pages[0] as { total?: number } | undefined;
  return (
    <Page
      title="Tools"
      about="What agents of this tenant can call. Search by what a tool is for, in the words of whoever asks."
      actions={
        <Link className="button" to="/publish">
          Publish an integration
        </Link>
      }
    >
      <search className="filters">
        <TextField label="Search" type="search" value={typed} onChange={setTyped} placeholder="book a meeting" />
        {!searching && (
          <>
            <Choice
              label="Integration"
              value={integration}
              onChange={setIntegration}
              none="all"
              options={integrations.data?.items.map(({ id }) => [id, id] as const) ?? []}
            />
            <Choice
              label="Risk"
              value={risk}
              onChange={setRisk}
              none="any"
              options={['read', 'write', 'destructive']}
            />
          </>
        )}
      </search>
      <Loaded<unknown> asked={searching ? found : listed}>
        {() =>
          tools.length === 0 ? (
            <Empty
              title="No tool fits"
              next={searching ? 'Use fewer or other words.' : 'Take the filters away, or publish an integration.'}
            />
          ) : (
            <>
              <p className="muted" role="status">
                {searching ? `${tools.length} found, best first.` : `${total?.total ?? tools.length} tools.`}
              </p>
              <DataTable
                caption="Tools"
                keyOf={({ name }) => name}
                rows={tools}
                columns={[
                  {
                    head: 'Tool',
                    cell: ({ name, title }) => (
                      <>
                        <Link to={`/tools/${name}`}>{title}</Link>
                        <br />
                        <code>{name}</code>
                      </>
                    ),
                  },
                  { head: 'What it does', cell: ({ description }) => firstSentence(description) },
                  { head: 'Integration', cell: ({ integration: id, version }) => `${id} ${version}` },
                  {
                    head: 'Risk',
                    cell: ({ risk: word, deprecated }) => (
                      <span className="row">
                        <Badge word={word} />
                        {deprecated !== undefined && <Badge word="deprecated" />}
                      </span>
                    ),
                  },
                  {
                    head: 'Median',
                    number: true,
                    cell: ({ latency }) =>
                      typeof latency?.p50_ms === 'number' ? `${Math.round(latency.p50_ms)} ms` : '–',
                  },
                ]}
              />
              {!searching && <MoreButton pages={listed} />}
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

const firstSentence = (text: string) => /^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
