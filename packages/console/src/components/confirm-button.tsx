import { type ReactNode, useState } from 'react';
import { Dialog } from './dialog.tsx';

interface Given {
  /** What the button says, also the second time. */
  readonly label: string;
  /** Told apart from others of its kind, for who hears the page. */
  readonly about?: string;
  readonly title: string;
  /** What happens when it is done. */
  readonly children: ReactNode;
  readonly onConfirm: () => void;
  readonly disabled?: boolean;
}

/** A button for what cannot be taken back: it says what will happen, and asks. */
export function ConfirmButton({ label, about, title, children, onConfirm, disabled = false }: Given) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" data-kind="danger" disabled={disabled} onClick={() => setOpen(true)}>
        {label}
        {about !== undefined && <span className="hidden-visually"> {about}</span>}
      </button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={title}
        close="Keep it as it is"
        actions={
          <button
            type="button"
            data-kind="danger"
            onClick={() => {
              setOpen(false);
              onConfirm();
            }}
          >
            {label}
          </button>
        }
      >
        <div>{children}</div>
      </Dialog>
    </>
  );
}
