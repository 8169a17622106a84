import type { ApiKey } from '@patchbay/contracts';
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
import { useSession } from '../session/session-context.tsx';
import { NewKeyDialog } from './new-key-dialog.tsx';
import { type MadeKey, SecretDialog } from './secret-dialog.tsx';

const path = '/v1/keys';

function stateOf({ revoked_at, expires_at }: ApiKey): string {
  if (revoked_at !== null) return 'revoked';
  return expires_at !== null && Date.parse(expires_at) <= Date.now() ? 'expired' : 'active';
}

/** API keys: who may come in. */
export function KeysPage() {
  const { may, me, tenant } = useSession();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<MadeKey | null>(null);
  const asked = usePages<ApiKey>(path, { limit: 100 });
  const rotate = useSend<ApiKey, MadeKey>({
    path: ({ id }) => `${path}/${id}/rotate`,
    ask: () => ({ body: {} }),
    stale: [path],
  });
  const revoke = useSend<ApiKey, ApiKey>({
    path: ({ id }) => `${path}/${id}`,
    ask: () => ({ method: 'DELETE' }),
    stale: [path],
    said: ({ name }) => `Key ${name} is revoked.`,
  });
  const problem = rotate.problem ?? revoke.problem;
  const add = (
    <button type="button" data-kind="main" onClick={() => setMaking(true)}>
      Make a key
    </button>
  );
  return (
    <Page
      title="API keys"
      about={`Keys of ${tenant === null ? 'the platform' : `tenant ${tenant}`}. A secret is shown once, when its key is made.`}
      actions={may('keys:write') && add}
    >
      {problem !== null && <ProblemNote problem={problem} />}
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="No keys" next="Nobody comes in over HTTP without one.">
              {may('keys:write') && add}
            </Empty>
          ) : (
            <>
              <DataTable
                caption="API keys"
                keyOf={({ id }) => id}
                rows={asked.items}
                columns={[
                  {
                    head: 'Key',
                    cell: (key) => (
                      <>
                        {key.name} {key.id === me.id && <Badge word="this one" tone="info" />}
                        <br />
                        <code>…{key.id.slice(-8)}</code> <span className="muted">secret {key.hint}…</span>
                      </>
                    ),
                  },
                  { head: 'Role', cell: ({ role }) => role },
                  { head: 'May do', cell: ({ scopes }) => `${scopes.length} scopes` },
                  { head: 'State', cell: (key) => <Badge word={stateOf(key)} /> },
                  { head: 'Last used', cell: ({ last_used_at }) => <Moment at={last_used_at} /> },
                  { head: 'Ends', cell: ({ expires_at }) => <Moment at={expires_at} none="does not" /> },
                  {
                    head: 'Change',
                    cell: (key) =>
                      may('keys:write') &&
                      stateOf(key) === 'active' && (
                        <span className="row">
                          <button
                            type="button"
                            disabled={rotate.isPending}
                            onClick={() => rotate.send(key, { onSuccess: setMade })}
                          >
                            Rotate<span className="hidden-visually"> {key.name}</span>
                          </button>
                          <ConfirmButton
                            label="Revoke"
                            about={key.name}
                            title={`Revoke ${key.name}?`}
                            onConfirm={() => revoke.send(key)}
                          >
                            <p>Whoever holds it is cut off within two seconds. It cannot be taken back.</p>
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
      <NewKeyDialog open={making} onClose={() => setMaking(false)} onMade={setMade} />
      <SecretDialog made={made} onClose={() => setMade(null)} />
    </Page>
  );
}
