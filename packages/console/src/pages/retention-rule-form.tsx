import { useState } from 'react';
import { useSend } from '../api/use-get.tsx';
import { ChangeForm } from '../components/change-form.tsx';
import { Choice } from '../components/choice.tsx';
import { TextField } from '../components/text-field.tsx';
import { auditClasses } from './audit-classes.ts';

/** Says how long events are kept. */
export function RetentionRuleForm() {
  const [of, setOf] = useState('');
  const [days, setDays] = useState('');
  const set = useSend<void, unknown>({
    path: () => '/v1/audit/retention',
    ask: () => ({ method: 'PUT', body: { class: of === '' ? null : of, days: days === '' ? null : Number(days) } }),
    stale: ['/v1/audit/retention'],
    said: () => 'The rule is in force.',
  });
  return (
    <ChangeForm label="New rule" send="Set it" onSend={() => set.send()} change={set}>
      <h2>Set a rule</h2>
      <div className="filters">
        <Choice label="Class" value={of} onChange={setOf} none="every class without a rule" options={auditClasses} />
        <TextField label="Days" type="number" value={days} onChange={setDays} hint="Empty: without limit." />
      </div>
    </ChangeForm>
  );
}
