import type { LegalHold } from '@patchbay/contracts';
import { useState } from 'react';
import { useSend } from '../api/use-get.tsx';
import { ChangeForm } from '../components/change-form.tsx';
import { Choice } from '../components/choice.tsx';
import { TextField } from '../components/text-field.tsx';
import { auditClasses, moment } from './audit-classes.ts';

const none = { reason: '', class: '', subject: '', from: '', to: '' };

/** Says what is to be kept, and why. */
export function HoldForm({ onDone }: { readonly onDone: () => void }) {
  const [said, setSaid] = useState(none);
  const set = (name: keyof typeof none) => (value: string) => setSaid({ ...said, [name]: value });
  const place = useSend<typeof none, LegalHold>({
    path: () => '/v1/audit/holds',
    ask: (given) => ({ body: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')) }),
    stale: ['/v1/audit/holds'],
    said: () => 'The hold is on.',
  });
  return (
    <ChangeForm
      label="New hold"
      send="Place it"
      onSend={() => place.send({ ...said, from: moment(said.from), to: moment(said.to) }, { onSuccess: onDone })}
      onCancel={onDone}
      change={place}
    >
      <div className="filters">
        <TextField label="Why" required value={said.reason} onChange={set('reason')} placeholder="Case 2026-114" />
        <Choice label="Class" value={said.class} onChange={set('class')} none="every class" options={auditClasses} />
        <TextField
          label="About"
          value={said.subject}
          onChange={set('subject')}
          hint="A person’s token, who acted, a session, or what was acted on. Never a name or a number."
        />
        <TextField label="From" type="datetime-local" value={said.from} onChange={set('from')} />
        <TextField label="To" type="datetime-local" value={said.to} onChange={set('to')} />
      </div>
    </ChangeForm>
  );
}
