import type { Tenant } from '@patchbay/contracts';
import { useState } from 'react';
import { usePages, useSend } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { MoreButton } from '../components/more-button.tsx';
import { Page } from '../components/page.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { TextField } from '../components/text-field.tsx';
import { useSession } from '../session/session-context.tsx';

const path = '/v1/tenants';

/** Tenants, for operators of the platform; from within one only that one is seen. */
export function TenantsPage() {
  const { platform, chooseTenant } = useSession();
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const asked = usePages<Tenant>(path, { limit: 100 });
  const make = useSend<{ tenant: string; name: string }, unknown>({
    path: () => path,
    ask: (body) => ({ body }),
    stale: [path],
    said: ({ tenant }) => `Tenant ${tenant} is there.`,
  });
  const change = useSend<{ tenant: string; verb: 'suspend' | 'resume' }, Tenant>({
    path: ({ tenant, verb }) => `${path}/${tenant}/${verb}`,
    ask: () => ({}),
    stale: [path],
    said: ({ tenant, verb }) => `Tenant ${tenant}: ${verb === 'suspend' ? 'suspended' : 'resumed'}.`,
  });
  const problem = make.problem ?? change.problem;
  return (
    <Page title="Tenants" about="Each has its own connections, keys, tools and records. None sees another’s.">
      {problem !== null && <ProblemNote problem={problem} />}
      {platform && (
        <form
          className="filters"
          onSubmit={(event) => {
            event.preventDefault();
            make.send({ tenant: id, name });
            setId('');
            setName('');
          }}
        >
          <TextField label="Id" required value={id} onChange={setId} placeholder="acme" />
          <TextField label="Name" value={name} onChange={setName} placeholder="Acme Ltd" />
          <button type="submit" data-kind="main" disabled={make.isPending}>
            Make a tenant
          </button>
        </form>
      )}
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="No tenants" next="Make one above." />
          ) : (
            <>
              <DataTable
                caption="Tenants"
                keyOf={({ tenant }) => tenant}
                rows={asked.items}
                columns={[
                  { head: 'Tenant', cell: ({ tenant }) => <strong>{tenant}</strong> },
                  { head: 'Name', cell: (one) => one.name || '–' },
                  {
                    head: 'State',
                    cell: ({ suspended_at }) => <Badge word={suspended_at === null ? 'active' : 'suspended'} />,
                  },
                  { head: 'Made', cell: ({ created_at }) => <Moment at={created_at} /> },
                  {
                    head: 'Change',
                    cell: ({ tenant, suspended_at }) =>
                      platform && (
                        <span className="row">
                          <button type="button" onClick={() => chooseTenant(tenant)}>
                            Act for it<span className="hidden-visually">: {tenant}</span>
                          </button>
                          {suspended_at === null ? (
                            <ConfirmButton
                              label="Suspend"
                              about={tenant}
                              title={`Suspend ${tenant}?`}
                              onConfirm={() => change.send({ tenant, verb: 'suspend' })}
                            >
                              <p>None of its keys is taken until it is resumed. What is open under them ends now.</p>
                            </ConfirmButton>
                          ) : (
                            <button type="button" onClick={() => change.send({ tenant, verb: 'resume' })}>
                              Resume<span className="hidden-visually"> {tenant}</span>
                            </button>
                          )}
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
