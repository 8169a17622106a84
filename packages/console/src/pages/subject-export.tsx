import type { ExportSubjectResult } from '@patchbay/contracts';
import { useState } from 'react';
import { type Problem, problemOf } from '../api/problem.ts';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';
import { useNotices } from '../shell/notices.tsx';
import { saveFile, today } from './save-file.ts';

/** Saves everything that is held on a person, as one JSON document. */
export function SubjectExport({ subject }: { readonly subject: string }) {
  const { api } = useSession();
  const { say } = useNotices();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function save() {
    setBusy(true);
    setProblem(null);
    try {
      const pages: ExportSubjectResult[] = [];
      for (let cursor: string | null | undefined; cursor !== null; cursor = pages.at(-1)?.next_cursor ?? null)
        pages.push(
          await api.ask<ExportSubjectResult>('/v1/subjects/export', {
            method: 'POST',
            body: { subject, ...(cursor != null && { cursor }) },
          }),
        );
      const [first] = pages;
      const events = pages.flatMap((page) => page.events);
      const all = { subject: first?.subject, token: first?.token, events, held: first?.held ?? [] };
      saveFile(
        `patchbay-person-${today()}.json`,
        new Blob([JSON.stringify(all, null, 2)], { type: 'application/json' }),
      );
      say(`${events.length} events, and ${all.held.length} records kept elsewhere, are saved.`);
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <button type="button" disabled={busy} onClick={() => void save()}>
        {busy ? 'Looking …' : 'Save all that is held'}
      </button>
      {problem !== null && <ProblemNote problem={problem} />}
    </>
  );
}
