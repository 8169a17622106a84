import { type ReactNode, useEffect, useId, useRef } from 'react';

interface Given {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** Beside the one that closes it. */
  readonly actions?: ReactNode;
  /** What its own button says. */
  readonly close?: string;
  readonly children: ReactNode;
}

/** A dialog that holds the focus; Escape closes it. */
export function Dialog({ open, onClose, title, actions, close = 'Close', children }: Given) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog === null) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    <dialog ref={element} aria-labelledby={id} onClose={onClose}>
      {open && (
        <div className="stack">
          <h2 id={id}>{title}</h2>
          {children}
          <div className="dialog-actions">
            <button type="button" onClick={onClose}>
              {close}
            </button>
            {actions}
          </div>
        </div>
      )}
    </dialog>
  );
}
