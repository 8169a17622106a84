import type { Connection, IntegrationDocument } from '@patchbay/contracts';
import { useState } from 'react';
import { Link } from 'react-router';
import { useSend } from '../api/use-get.tsx';
import { ChangeForm } from '../components/change-form.tsx';
import { TextField } from '../components/text-field.tsx';
import { credentialFields, credentialOf } from '../forms/credential-of.ts';
import { presetVariables, VariableFields } from './variable-fields.tsx';

interface Given {
  readonly document: IntegrationDocument;
  /** One whose credential this replaces. */
  readonly connection: string | null;
}

/** Connects an account by a secret that somebody has. */
export function CredentialForm({ document, connection }: Given) {
  const [label, setLabel] = useState('');
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const [variables, setVariables] = useState(() => presetVariables(document));
  const [isDefault, setDefault] = useState(false);
  const save = useSend<void, Connection | { connection: Connection }>({
    path: () => (connection === null ? '/v1/connections' : `/v1/connections/${connection}/rotate`),
    ask: () => {
      const credential = credentialOf(document.auth, secrets);
      return {
        body:
          connection === null
            ? { integration: document.id, credential, label, variables, make_default: isDefault }
            : { credential },
      };
    },
    stale: ['/v1/connections'],
    said: () => (connection === null ? 'Connected.' : 'The credential is replaced.'),
  });
  if (save.data !== undefined)
    return (
      <p className="note" data-tone="ok" role="status">
        Stored, sealed. <Link to="/connections">See all connections</Link>, and test it there.
      </p>
    );
  return (
    <ChangeForm
      send={save.isPending ? 'Storing …' : connection === null ? 'Connect' : 'Replace'}
      onSend={() => save.send(undefined, { onSuccess: () => setSecrets({}) })}
      change={save}
    >
      <h2>By a secret of {document.name}</h2>
      {credentialFields(document.auth).map(({ name, label: title, secret, required }) => (
        <TextField
          key={name}
          label={title}
          required={required}
          type={secret ? 'password' : 'text'}
          value={secrets[name] ?? ''}
          onChange={(text) => setSecrets({ ...secrets, [name]: text })}
        />
      ))}
      {connection === null && (
        <>
          <VariableFields document={document} value={variables} onChange={setVariables} />
          <TextField label="Label" value={label} onChange={setLabel} hint="To tell it from others, such as Sales." />
          <label className="check">
            <input type="checkbox" checked={isDefault} onChange={(event) => setDefault(event.target.checked)} />
            <span>Calls that name no connection use this one.</span>
          </label>
        </>
      )}
    </ChangeForm>
  );
}
