import type { PolicyDocument } from '@patchbay/contracts';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { usePages } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { Page } from '../components/page.tsx';
import { TextField } from '../components/text-field.tsx';
import { useSession } from '../session/session-context.tsx';
import { DecideForm } from './decide-form.tsx';

/** Who may call which tool, and when a person has to say yes first. */
export function PoliciesPage() {
  const { may, tenant } = useSession();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const asked = usePages<PolicyDocument>('/v1/policies', { limit: 100 });
  return (
    <Page
      title="Policies"
      about="Who may call which tool, and when a person has to say yes first. Every call is held against them, whatever door it came by."
    >
      {may('policies:write') && (
        <form
          className="filters"
          onSubmit={(event) => {
            event.preventDefault();
            navigate(`/policies/${name}`);
          }}
        >
          <TextField label="New document" required value={name} onChange={setName} placeholder="refunds" />
          <button type="submit" data-kind="main">
            Write it
          </button>
        </form>
      )}
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="No policies" next="Nothing is permitted. Write a document that says who may call what." />
          ) : (
            <DataTable
              caption="Documents in force"
              keyOf={({ scope, name: own }) => `${scope} ${own}`}
              rows={asked.items}
              columns={[
                { head: 'Document', cell: ({ name: own }) => <Link to={`/policies/${own}`}>{own}</Link> },
                {
                  head: 'Of',
                  cell: ({ scope, version }) =>
                    version === 0 ? 'built in' : scope === '_platform' ? 'everybody' : scope,
                },
                { head: 'Version', number: true, cell: ({ version }) => version },
                { head: 'Tests', number: true, cell: ({ tests }) => tests.length },
                {
                  head: 'Effects',
                  cell: ({ text }) => (
                    <span className="row">
                      {effectsIn(text ?? '').map((effect) => (
                        <Badge key={effect} word={effect} />
                      ))}
                    </span>
                  ),
                },
                {
                  head: 'Changed',
                  cell: ({ version, updated_at }) => (version === 0 ? 'never' : <Moment at={updated_at} />),
                },
              ]}
            />
          )
        }
      </Loaded>
      {tenant !== null && <DecideForm draft={null} />}
    </Page>
  );
}

/** The effects that a document's policies have, each once. */
function effectsIn(text: string): string[] {
  const asking = [...text.matchAll(/@effect\("(\w+)"\)/g)].map(([, effect]) => effect as string);
  const forbids = (text.match(/^\s*forbid\b/gm) ?? []).length > asking.length;
  return [...new Set([...(/^\s*permit\b/m.test(text) ? ['permit'] : []), ...asking, ...(forbids ? ['forbid'] : [])])];
}
