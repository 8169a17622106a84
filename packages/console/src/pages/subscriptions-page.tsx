import type { WebhookSubscription } from '@patchbay/contracts';
import { useState } from 'react';
import { usePages, useSend } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { MoreButton } from '../components/more-button.tsx';
import { Page } from '../components/page.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';
import { type MadeKey, SecretDialog } from './secret-dialog.tsx';
import { SubscriptionForm } from './subscription-form.tsx';

const path = '/v1/webhooks/subscriptions';

/** Who gets which webhook events. */
export function SubscriptionsPage() {
  const { may } = useSession();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<MadeKey | null>(null);
  const asked = usePages<WebhookSubscription>(path, { limit: 100 });
  const turn = useSend<{ id: string; verb: 'pause' | 'resume' }, unknown>({
    path: ({ id, verb }) => `${path}/${id}/${verb}`,
    ask: ({ verb }) => ({ body: verb === 'pause' ? { reason: 'from the console' } : undefined }),
    stale: [path],
    said: ({ verb }) => (verb === 'pause' ? 'Events wait.' : 'Events are delivered again.'),
  });
  const remove = useSend<string, unknown>({
    path: (id) => `${path}/${id}`,
    ask: () => ({ method: 'DELETE' }),
    stale: [path],
    said: () => 'The subscription is removed.',
  });
  const problem = turn.problem ?? remove.problem;
  const add = (
    <button type="button" data-kind="main" onClick={() => setMaking(true)}>
      Make a subscription
    </button>
  );
  return (
    <Page
      title="Subscriptions"
      about="Which events go to whom: to agents over NATS, to an address, or to a tool that is called."
      actions={may('webhooks:write') && add}
    >
      {problem !== null && <ProblemNote problem={problem} />}
      {making && (
        <SubscriptionForm
          onDone={(name, secret) => {
            setMaking(false);
            if (secret !== null) setMade({ key: { name }, secret });
          }}
        />
      )}
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="No subscriptions" next="Events are kept, and go to nobody.">
              {may('webhooks:write') && !making && add}
            </Empty>
          ) : (
            <>
              <DataTable
                caption="Subscriptions"
                keyOf={({ id }) => id}
                rows={asked.items}
                columns={[
                  {
                    head: 'Subscription',
                    cell: ({ id, name }) => (
                      <>
                        {name || 'without a name'}
                        <br />
                        <code>…{id.slice(-8)}</code>
                      </>
                    ),
                  },
                  { head: 'Events', cell: ({ types }) => <code>{types.join(', ')}</code> },
                  { head: 'Go to', cell: ({ target }) => targetText(target) },
                  {
                    head: 'State',
                    cell: ({ state }) => (
                      <>
                        <Badge word={state.value} /> {state.reason}
                      </>
                    ),
                  },
                  {
                    head: 'Change',
                    cell: ({ id, name, state }) =>
                      may('webhooks:write') && (
                        <span className="row">
                          <button
                            type="button"
                            onClick={() => turn.send({ id, verb: state.value === 'active' ? 'pause' : 'resume' })}
                          >
                            {state.value === 'active' ? 'Pause' : 'Resume'}
                            <span className="hidden-visually"> {name || id}</span>
                          </button>
                          <ConfirmButton
                            label="Remove"
                            about={name || id}
                            title={`Remove ${name || 'this subscription'}?`}
                            onConfirm={() => remove.send(id)}
                          >
                            <p>What waits for it is dropped, and its keys are destroyed.</p>
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
      <SecretDialog made={made} onClose={() => setMade(null)} />
    </Page>
  );
}

function targetText(target: WebhookSubscription['target']) {
  switch (target.kind) {
    case 'http':
      return <code>{target.url}</code>;
    case 'tool':
      return `tool ${target.tool}`;
    case 'session':
      return `session ${target.session}`;
    case 'nats':
      return `agents${target.subject_name === undefined ? '' : `, as ${target.subject_name}`}`;
    case 'plan':
      return 'a plan';
  }
}
