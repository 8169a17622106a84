import type { GetIntegrationResult } from '@patchbay/contracts';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { type Page as ListPage, useGet } from '../api/use-get.tsx';
import { Choice } from '../components/choice.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Page } from '../components/page.tsx';
import { CredentialForm } from './credential-form.tsx';
import { OauthConnect } from './oauth-connect.tsx';

/** Connects an account, by the vendor's own pages or by a secret that somebody has. */
export function ConnectPage() {
  const [search, setSearch] = useSearchParams();
  const integration = search.get('integration') ?? '';
  const connection = search.get('connection');
  const [bySecret, setBySecret] = useState(false);
  const integrations = useGet<ListPage<{ id: string }>>('/v1/integrations', { limit: 1_000 });
  const asked = useGet<GetIntegrationResult>(integration === '' ? null : `/v1/integrations/${integration}`);
  return (
    <Page
      title={connection === null ? 'Connect an account' : 'Replace a credential'}
      crumb={<Link to="/connections">Connections</Link>}
      about="Tools act with this account from then on. Whatever secret is entered goes to the vault, sealed, and is never shown again."
    >
      <Loaded asked={integrations}>
        {({ items }) => (
          <div className="filters">
            <Choice
              label="Integration"
              value={integration}
              none="choose …"
              onChange={(id) => setSearch(id === '' ? {} : { integration: id })}
              options={items.map(({ id }) => [id, id] as const)}
            />
          </div>
        )}
      </Loaded>
      {integration !== '' && (
        <Loaded asked={asked}>
          {({ document }) => {
            const { type } = document.auth;
            if (type === 'none') return <p className="note">{document.name} takes anybody: it needs no connection.</p>;
            const byLink = type === 'oauth2';
            return (
              <div className="stack" key={`${document.id} ${connection}`}>
                {byLink && !bySecret && <OauthConnect document={document} connection={connection} />}
                {byLink && (
                  <div>
                    <button type="button" onClick={() => setBySecret(!bySecret)}>
                      {bySecret ? 'Connect at the vendor instead' : 'I have a token already'}
                    </button>
                  </div>
                )}
                {(!byLink || bySecret) && <CredentialForm document={document} connection={connection} />}
              </div>
            );
          }}
        </Loaded>
      )}
    </Page>
  );
}
