import type { EraseSubjectResult } from '@patchbay/contracts';
import { DataTable } from '../components/data-table.tsx';
import { Moment } from '../components/moment.tsx';
import { saveFile, today } from './save-file.ts';

/** What an erasure took, what it left and why, and the signed receipt as a file. */
export function SubjectReceipt({ erased: { receipt, note } }: { readonly erased: EraseSubjectResult }) {
  return (
    <section className="card stack">
      <h2>Receipt</h2>
      <p>
        Erased <Moment at={receipt.erased_at} />: <code>{receipt.tokens.at(-1)}</code>
      </p>
      <DataTable
        caption="What was found, and what became of it"
        keyOf={({ where, what }) => `${where} ${what}`}
        rows={receipt.items}
        columns={[
          { head: 'Where', cell: ({ where }) => where },
          { head: 'What', cell: ({ what }) => what },
          { head: 'Erased', number: true, cell: ({ erased }) => erased.toLocaleString('en') },
          { head: 'Remains', cell: ({ remains }) => remains ?? 'nothing' },
        ]}
      />
      <div>
        <button
          type="button"
          onClick={() => saveFile(`patchbay-erasure-${today()}.txt`, new Blob([note], { type: 'text/plain' }))}
        >
          Save the signed receipt
        </button>
      </div>
    </section>
  );
}
