import { type ReactNode, useId } from 'react';

interface Wired {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

interface Given {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly wrong?: string | undefined;
  readonly required?: boolean;
  readonly children: (wired: Wired) => ReactNode;
}

/** A label, its control, and what is said about it, tied to each other. */
export function Field({ label, hint, wrong, required = false, children }: Given) {
  const id = useId();
  const said = [hint !== undefined && `${id}-hint`, wrong !== undefined && `${id}-wrong`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {required && <span className="muted"> (required)</span>}
      </label>
      {children({
        id,
        'aria-describedby': said === '' ? undefined : said,
        'aria-invalid': wrong === undefined ? undefined : true,
      })}
      {hint !== undefined && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {wrong !== undefined && (
        <span className="wrong" id={`${id}-wrong`}>
          {wrong}
        </span>
      )}
    </div>
  );
}
