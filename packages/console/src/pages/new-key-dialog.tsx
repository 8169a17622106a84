import type { AccessScope, NewApiKey, Role } from '@patchbay/contracts';
import { useState } from 'react';
import { useSend } from '../api/use-get.tsx';
import { Choice } from '../components/choice.tsx';
import { Dialog } from '../components/dialog.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { TextField } from '../components/text-field.tsx';
import { useSession } from '../session/session-context.tsx';
import type { MadeKey } from './secret-dialog.tsx';

const tenantRoles: readonly Role[] = ['agent', 'developer', 'operator', 'owner', 'auditor'];

interface Given {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onMade: (made: MadeKey) => void;
}

/** Makes a key: a role, and if wanted only a part of what the role may do. */
export function NewKeyDialog({ open, onClose, onMade }: Given) {
  const { me, tenant } = useSession();
  const roles = tenant === null ? (['operator'] as const) : tenantRoles;
  const [name, setName] = useState('');
  const [role, setRole] = useState<string>(roles[0] ?? 'agent');
  const [agent, setAgent] = useState('');
  const [ends, setEnds] = useState('');
  const [scopes, setScopes] = useState<readonly AccessScope[]>([]);
  const make = useSend<NewApiKey, MadeKey>({ path: () => '/v1/keys', ask: (body) => ({ body }), stale: ['/v1/keys'] });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Make a key"
      close="Cancel"
      actions={
        <button type="submit" form="new-key" data-kind="main" disabled={make.isPending}>
          Make it
        </button>
      }
    >
      <form
        id="new-key"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          const asked = {
            name,
            role: role as Role,
            ...(agent !== '' && { agent }),
            ...(ends !== '' && { expires_at: new Date(ends).toISOString() }),
            ...(scopes.length > 0 && { scopes: [...scopes] }),
          };
          make.send(asked, {
            onSuccess: (answer) => {
              setName('');
              onClose();
              onMade(answer);
            },
          });
        }}
      >
        <TextField
          label="Name"
          required
          value={name}
          onChange={setName}
          placeholder="front desk"
          hint="Who or what uses it."
        />
        <Choice label="Role" value={role} onChange={setRole} options={roles} />
        <TextField
          label="Agent"
          value={agent}
          onChange={setAgent}
          hint="Calls under this key are recorded as made by this agent, whatever the caller says."
        />
        <TextField label="Ends" type="datetime-local" value={ends} onChange={setEnds} hint="Left out: it does not." />
        <details>
          <summary>Only some of what the role may do</summary>
          <fieldset className="row">
            <legend>Scopes; none chosen: all of the role</legend>
            {me.scopes.map((scope) => (
              <label className="check" key={scope}>
                <input
                  type="checkbox"
                  checked={scopes.includes(scope)}
                  onChange={(event) =>
                    setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))
                  }
                />
                <code>{scope}</code>
              </label>
            ))}
          </fieldset>
        </details>
        {make.problem !== null && <ProblemNote problem={make.problem} />}
      </form>
    </Dialog>
  );
}
