import { useState } from 'react';
import type { Query } from '../api/api.ts';
import { type Problem, ProblemError, problemOf } from '../api/problem.ts';
import { Choice } from '../components/choice.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';
import { useNotices } from '../shell/notices.tsx';

/** Saves the events that the filter picks as a file. */
export function AuditExport({ filter }: { readonly filter: Query }) {
  const { api } = useSession();
  const { say } = useNotices();
  const [format, setFormat] = useState('cloudevents');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function save() {
    setBusy(true);
    setProblem(null);
    try {
      const response = await api.fetch('/v1/audit/export', {
        query: { ...filter, format },
        headers: { accept: 'application/x-ndjson' },
      });
      if (!response.ok) throw new ProblemError((await response.json()) as Problem);
      const text = await response.text();
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
      link.download = `patchbay-audit-${new Date().toISOString().slice(0, 10)}.ndjson`;
      link.click();
      URL.revokeObjectURL(link.href);
      const whole = text.trimEnd().split('\n').at(-1)?.includes('"end":true') === true;
      say(whole ? 'The export is saved.' : 'The export broke off: its last line is missing. Save it again.');
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="card stack">
      <h2>Export</h2>
      <p className="muted">The newest 10,000 events that the filters above pick, one a line.</p>
      <Choice
        label="Format"
        value={format}
        onChange={setFormat}
        options={[
          ['cloudevents', 'CloudEvents'],
          ['ocsf', 'OCSF API Activity'],
        ]}
      />
      {problem !== null && <ProblemNote problem={problem} />}
      <div>
        <button type="button" disabled={busy} onClick={() => void save()}>
          {busy ? 'Exporting …' : 'Save as NDJSON'}
        </button>
      </div>
    </section>
  );
}
