import type { LegalHold } from '@patchbay/contracts';
import { useState } from 'react';
import { usePages } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { Choice } from '../components/choice.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { Page } from '../components/page.tsx';
import { useSession } from '../session/session-context.tsx';
import { HoldForm } from './hold-form.tsx';
import { HoldRelease } from './hold-release.tsx';

const holdsPath = '/v1/audit/holds';

/** What keeps events beyond their time. */
export function HoldsPage() {
  const { may, platform } = useSession();
  const [which, setWhich] = useState('');
  const [placing, setPlacing] = useState(false);
  const asked = usePages<LegalHold>(holdsPath, { released: which !== '' });
  return (
    <Page
      title="Legal holds"
      about="What a hold covers is neither purged nor erased. A tenant places holds; the platform’s keys release them."
      actions={
        may('audit:write') &&
        !placing && (
          <button type="button" data-kind="main" onClick={() => setPlacing(true)}>
            Place a hold
          </button>
        )
      }
    >
      {placing && <HoldForm onDone={() => setPlacing(false)} />}
      <div className="filters">
        <Choice
          label="Show"
          value={which}
          onChange={setWhich}
          none="holds that are on"
          options={[['all', 'all holds']]}
        />
      </div>
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="No holds" next="Nothing is kept beyond its time." />
          ) : (
            <DataTable
              caption="Legal holds"
              keyOf={({ id }) => id}
              rows={asked.items}
              columns={[
                {
                  head: 'Why',
                  cell: ({ reason, id, release_reason }) => (
                    <>
                      {reason}
                      {release_reason !== null && <span className="muted"> · released: {release_reason}</span>}
                      <br />
                      <code>…{id.slice(-8)}</code>
                    </>
                  ),
                },
                { head: 'Covers', cell: (hold) => covered(hold) },
                { head: 'Placed', cell: ({ placed_at }) => <Moment at={placed_at} /> },
                {
                  head: 'State',
                  cell: ({ released_at }) => <Badge word={released_at === null ? 'on' : 'released'} />,
                },
                {
                  head: 'Change',
                  cell: (hold) =>
                    platform && may('audit:write') && hold.released_at === null && <HoldRelease hold={hold} />,
                },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

function covered({ class: of, subject, from, to }: LegalHold) {
  const plain = of === null && subject === null && from === null && to === null;
  if (plain) return 'everything of the tenant';
  return (
    <span className="row">
      {of !== null && <Badge word={of} tone="info" />}
      {subject !== null && <code>{subject}</code>}
      {from !== null && (
        <span>
          from <Moment at={from} />
        </span>
      )}
      {to !== null && (
        <span>
          to <Moment at={to} />
        </span>
      )}
    </span>
  );
}
