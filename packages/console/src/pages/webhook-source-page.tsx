import type { KeptRequest, WebhookSourceView } from '@patchbay/contracts';
import { Link, useNavigate, useParams } from 'react-router';
import { useGet, usePages, useSend } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Facts } from '../components/facts.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { MoreButton } from '../components/more-button.tsx';
import { Page } from '../components/page.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';

/** One source, and the requests to it that became no event. */
export function WebhookSourcePage() {
  const { source = '' } = useParams();
  const { may } = useSession();
  const navigate = useNavigate();
  const path = `/v1/webhooks/sources/${source}`;
  const asked = useGet<WebhookSourceView>(path);
  const rejected = usePages<KeptRequest>(`${path}/rejected`, { limit: 50 });
  const enable = useSend<boolean, WebhookSourceView>({
    path: () => path,
    ask: (enabled) => ({ method: 'PATCH', body: { enabled } }),
    stale: ['/v1/webhooks/sources'],
    said: (enabled) => (enabled ? 'It takes webhooks again.' : 'Its address answers as if it were not there.'),
  });
  const remove = useSend<void, unknown>({
    path: () => path,
    ask: () => ({ method: 'DELETE' }),
    stale: ['/v1/webhooks/sources'],
    said: () => 'The source is removed.',
  });
  const problem = enable.problem ?? remove.problem;
  return (
    <Page title={asked.data?.name || asked.data?.scheme || 'Source'} crumb={<Link to="/webhooks">Sources</Link>}>
      {problem !== null && <ProblemNote problem={problem} />}
      <Loaded asked={asked}>
        {({ id, scheme, mode, variant, url, enabled, secrets, created_at }) => (
          <section className="card stack">
            <Facts
              of={{
                Id: <code>{id}</code>,
                Address: url === null ? 'not known' : <code>{url}</code>,
                Vendor: scheme ?? mode,
                Variant: variant,
                State: <Badge word={enabled ? 'active' : 'disabled'} />,
                Secrets: secrets.length === 0 ? 'none' : secrets.map((one) => one.id).join(', '),
                Made: <Moment at={created_at} />,
              }}
            />
            {may('webhooks:write') && (
              <div className="row">
                <button type="button" onClick={() => enable.send(!enabled)}>
                  {enabled ? 'Turn off' : 'Turn on'}
                </button>
                <ConfirmButton
                  label="Remove"
                  title="Remove this source?"
                  onConfirm={() => remove.send(undefined, { onSuccess: () => navigate('/webhooks') })}
                >
                  <p>Its address ends and its secrets are destroyed. Events that came stay.</p>
                </ConfirmButton>
              </div>
            )}
          </section>
        )}
      </Loaded>
      <section className="stack">
        <h2>Requests that became no event</h2>
        <Loaded asked={rejected}>
          {() =>
            rejected.items.length === 0 ? (
              <Empty title="None in the last day" next="What is turned away shows up here, with why." />
            ) : (
              <>
                <DataTable
                  caption="Requests that became no event"
                  keyOf={({ id }) => id}
                  rows={rejected.items}
                  columns={[
                    { head: 'When', cell: ({ received_at }) => <Moment at={received_at} /> },
                    {
                      head: 'Request',
                      cell: ({ id, method }) => (
                        <Link to={`/webhooks/sources/${source}/rejected/${id}`}>
                          {method} …{id.slice(-6)}
                        </Link>
                      ),
                    },
                    { head: 'What', cell: ({ kind }) => <Badge word={kind} /> },
                    { head: 'Answered', number: true, cell: ({ status }) => status },
                    { head: 'At step', cell: ({ step }) => step },
                    {
                      head: 'Why',
                      cell: ({ reason, message }) => (
                        <>
                          {reason !== null && <code>{reason}</code>} {message}
                        </>
                      ),
                    },
                  ]}
                />
                <MoreButton pages={rejected} />
              </>
            )
          }
        </Loaded>
      </section>
    </Page>
  );
}
