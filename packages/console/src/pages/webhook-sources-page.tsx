import type { WebhookSourceView } from '@patchbay/contracts';
import { useState } from 'react';
import { Link } from 'react-router';
import { usePages, useSend } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { ChangeForm } from '../components/change-form.tsx';
import { Choice } from '../components/choice.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { MoreButton } from '../components/more-button.tsx';
import { Page } from '../components/page.tsx';
import { TextField } from '../components/text-field.tsx';
import { useSession } from '../session/session-context.tsx';

const path = '/v1/webhooks/sources';

/** Addresses at which the tenant takes webhooks. */
export function WebhookSourcesPage() {
  const { may } = useSession();
  const [making, setMaking] = useState(false);
  const asked = usePages<WebhookSourceView>(path, { limit: 100 });
  const add = (
    <button type="button" data-kind="main" onClick={() => setMaking(true)}>
      Make a source
    </button>
  );
  return (
    <Page
      title="Webhook sources"
      about="An address for each vendor. What comes there becomes an event only if its signature is the vendor’s."
      actions={may('webhooks:write') && add}
    >
      {making && <SourceForm onDone={() => setMaking(false)} />}
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="No sources" next="Make one, and enter its address at the vendor.">
              {may('webhooks:write') && !making && add}
            </Empty>
          ) : (
            <>
              <DataTable
                caption="Webhook sources"
                keyOf={({ id }) => id}
                rows={asked.items}
                columns={[
                  {
                    head: 'Source',
                    cell: ({ id, name, scheme }) => <Link to={`/webhooks/sources/${id}`}>{name || scheme || id}</Link>,
                  },
                  { head: 'Vendor', cell: ({ scheme, mode }) => scheme ?? mode },
                  { head: 'State', cell: ({ enabled }) => <Badge word={enabled ? 'active' : 'disabled'} /> },
                  { head: 'Secrets', number: true, cell: ({ secrets }) => secrets.length },
                  { head: 'Address', cell: ({ url }) => (url === null ? 'not known' : <code>{url}</code>) },
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

function SourceForm({ onDone }: { readonly onDone: () => void }) {
  const [name, setName] = useState('');
  const [mode, setMode] = useState('verify');
  const [scheme, setScheme] = useState('');
  const [secret, setSecret] = useState('');
  const make = useSend<void, WebhookSourceView>({
    path: () => path,
    ask: () => ({
      body: { name, mode, ...(mode === 'verify' && { scheme }), ...(secret !== '' && { secret }) },
    }),
    stale: [path],
    said: () => 'The source is there. Enter its address at the vendor.',
  });
  return (
    <ChangeForm
      label="New source"
      send="Make it"
      onSend={() => make.send(undefined, { onSuccess: onDone })}
      onCancel={onDone}
      change={make}
    >
      <div className="filters">
        <TextField label="Name" value={name} onChange={setName} placeholder="Payments" />
        <Choice
          label="What comes"
          value={mode}
          onChange={setMode}
          options={[
            ['verify', 'is verified, and becomes events'],
            ['capture', 'is kept for a day to look at'],
          ]}
        />
        {mode === 'verify' && (
          <>
            <TextField
              label="Scheme"
              required
              value={scheme}
              onChange={setScheme}
              placeholder="stripe"
              hint="How the vendor signs, such as stripe, github or standard_webhooks."
            />
            <TextField
              label="Secret"
              type="password"
              value={secret}
              onChange={setSecret}
              hint="As the vendor shows it. Left out where its handshake brings it."
            />
          </>
        )}
      </div>
    </ChangeForm>
  );
}
