import { Field } from './field.tsx';

interface Given {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  readonly wrong?: string | undefined;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly type?: 'text' | 'search' | 'password' | 'number' | 'url' | 'datetime-local' | 'date';
  /** Lines; more than one makes it a field for code. */
  readonly lines?: number;
}

export function TextField({
  label,
  value,
  onChange,
  hint,
  wrong,
  required = false,
  lines = 1,
  type = 'text',
  placeholder,
}: Given) {
  return (
    <Field label={label} required={required} wrong={wrong} {...(hint !== undefined && { hint })}>
      {(wired) =>
        lines > 1 ? (
          <textarea
            {...wired}
            className="code"
            rows={lines}
            required={required}
            spellCheck={false}
            value={value}
            placeholder={placeholder}
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <input
            {...wired}
            type={type}
            required={required}
            autoComplete="off"
            spellCheck={false}
            value={value}
            placeholder={placeholder}
            onChange={(event) => onChange(event.target.value)}
          />
        )
      }
    </Field>
  );
}
