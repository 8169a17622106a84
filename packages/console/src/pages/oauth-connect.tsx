import type { GetConnectResult, IntegrationDocument, StartConnectResult } from '@patchbay/contracts';
import { useState } from 'react';
import { Link } from 'react-router';
import { useGet, useSend } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { Moment } from '../components/moment.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { TextField } from '../components/text-field.tsx';
import { presetVariables, VariableFields } from './variable-fields.tsx';

const lookMs = 2_000;

interface Given {
  readonly document: IntegrationDocument;
  /** One that is to get a new token. */
  readonly connection: string | null;
}

/** Connects an account at its vendor: a link to follow, or a code to type, and then word that it is done. */
export function OauthConnect({ document, connection }: Given) {
  const [label, setLabel] = useState('');
  const [variables, setVariables] = useState(() => presetVariables(document));
  const begin = useSend<void, StartConnectResult>({
    path: () => '/v1/connects',
    ask: () => ({
      body: { integration: document.id, label, variables, ...(connection !== null && { connection }) },
    }),
  });
  const begun = begin.data;
  return (
    <section className="card stack">
      <h2>At {document.name}</h2>
      {begun === undefined ? (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            begin.send();
          }}
        >
          <p>You get a link to the vendor’s own page. Whoever has the account signs in there and agrees.</p>
          {connection === null && (
            <>
              <TextField
                label="Label"
                value={label}
                onChange={setLabel}
                hint="To tell it from others, such as Sales."
              />
              <VariableFields document={document} value={variables} onChange={setVariables} />
            </>
          )}
          {begin.problem !== null && <ProblemNote problem={begin.problem} />}
          <div>
            <button type="submit" data-kind="main" disabled={begin.isPending}>
              {begin.isPending ? 'Making the link …' : 'Make a link'}
            </button>
          </div>
        </form>
      ) : begun.next === 'none' ? (
        <Done />
      ) : (
        <Waiting begun={begun} />
      )}
    </section>
  );
}

function Done() {
  return (
    <p className="note" data-tone="ok" role="status">
      Connected. <Link to="/connections">See all connections</Link>, or <Link to="/tools">try a tool</Link>.
    </p>
  );
}

function Waiting({ begun }: { readonly begun: Exclude<StartConnectResult, { next: 'none' }> }) {
  const [settled, setSettled] = useState(false);
  const asked = useGet<GetConnectResult>(`/v1/connects/${begun.connect}`, {}, { everyMs: settled ? 0 : lookMs });
  const state = asked.data?.state ?? 'waiting';
  if (state !== 'waiting' && !settled) setSettled(true);
  if (state === 'connected') return <Done />;
  return (
    <div className="stack">
      {begun.next === 'link' ? (
        <>
          <p>
            <a className="button" data-kind="main" href={begun.url} target="_blank" rel="noopener noreferrer">
              Go to the vendor’s page
            </a>
          </p>
          <p className="muted">
            Or send somebody this link. It serves once, and ends <Moment at={begun.expires_at} />.
          </p>
          <p>
            <code>{begun.url}</code>
          </p>
        </>
      ) : (
        <p>
          Go to{' '}
          <a href={begun.verification_uri_complete ?? begun.verification_uri} target="_blank" rel="noopener noreferrer">
            {begun.verification_uri}
          </a>{' '}
          and enter the code <strong>{begun.user_code}</strong>.
        </p>
      )}
      <p role="status" className="row">
        <Badge word={state} /> {state === 'waiting' && 'This page notices when it is done.'}
        {state === 'failed' && asked.data?.reason}
        {state === 'expired' && 'Nobody followed it in time. Make another.'}
      </p>
    </div>
  );
}
